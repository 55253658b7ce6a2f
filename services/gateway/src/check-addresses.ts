import { isIP } from 'node:net';
import type { Api } from './api.ts';
import { addressFields, parseAddress, type AddressField } from './domain/address-fields.ts';
import type { FieldProblem } from './domain/refusal.ts';

async function complaint({ egress, resolveHost }: Pick<Api, 'egress' | 'resolveHost'>, { field, text }: AddressField): Promise<FieldProblem | undefined> {
  const address = parseAddress(text);
  if (!address.ok) return { field, message: address.error };
  const rule = egress.checkTarget(address.value);
  if (!rule.ok) return { field, message: `may not be called: ${rule.error}` };
  const { hostname } = address.value;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  const refused = (await resolveHost(hostname))?.map((resolved) => egress.refuseAddress(resolved, rule.value)).find((reason) => reason !== undefined);
  return refused === undefined ? undefined : { field, message: `may not be called: ${hostname} leads to a place that is not allowed (${refused})` };
}

/**
 * Complaints about addresses in a form that connectors would call: the same rules as theirs, at the door. A name that nobody can resolve
 * now passes; the connector looks again before, and after, it connects.
 */
export async function checkAddresses(api: Pick<Api, 'egress' | 'resolveHost'>, schema: object, value: unknown, root: string): Promise<FieldProblem[]> {
  const problems = await Promise.all(addressFields(schema, value, root).slice(0, 100).map((field) => complaint(api, field)));
  return problems.filter((problem) => problem !== undefined);
}
