import type { ConnectorManifest } from '@pes/contracts';
import type { FieldProblem } from './refusal.ts';

/** Order number, separator and item number that must fit behind the prefix: 1234567-12. */
const roomForNumbers = 10;

/** Complaint about a prefix that would give references the provider does not take. */
export function prefixProblem(prefix: string, { reference: { maxLength, allowed }, displayName }: ConnectorManifest): FieldProblem | undefined {
  const longest = Math.max(0, Math.min(12, maxLength - roomForNumbers));
  if (prefix.length > longest) return { field: 'body.referencePrefix', message: `must have at most ${longest} characters: ${displayName} takes references of ${maxLength}` };
  const character = new RegExp(`^${allowed}$`);
  return [...prefix].every((one) => character.test(one)) ? undefined : { field: 'body.referencePrefix', message: `may hold only what ${displayName} takes: ${allowed}` };
}
