import type { PushOutcome } from '@pes/contracts';
import { shorten, unknown } from './outcomes.ts';
import type { Redact } from './redact.ts';

const maxMessage = 2_000;
const maxReference = 200;
const codePattern = /^[a-z][a-z0-9_]{1,60}$/;
const kinds = new Set(['accepted', 'duplicate', 'rejected', 'retry', 'unknown', 'blocked']);

type Rejected = Extract<PushOutcome, { kind: 'rejected' }>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const wholeMs = (value: number | undefined): { afterMs?: number } =>
  (value === undefined || !Number.isFinite(value) ? {} : { afterMs: Math.max(0, Math.round(value)) });

const reference = (value: unknown): string => shorten(text(value), maxReference);
const code = (value: string): string => (codePattern.test(value) ? value : 'provider_error');

function fitFields({ fields }: Rejected, redact: Redact): Pick<Rejected, 'fields'> {
  if (fields === undefined) return {};
  return { fields: fields.slice(0, 100).map((field) => ({ path: shorten(text(field.path), 300), message: redact(text(field.message), 1_000) })) };
}

/**
 * Makes an outcome fit its contract and fit to be shown: lengths, code, whole milliseconds, and no credentials in what it quotes from the
 * provider. One bad outcome would send a whole message, with the outcomes of others, to DEAD. What is no outcome at all is a bug of the
 * connector, after which nothing is known.
 */
export function fitOutcome(outcome: PushOutcome, redact: Redact): PushOutcome {
  if (!kinds.has((outcome as PushOutcome | undefined)?.kind ?? '')) return unknown('connector_error', 'The connector returned no outcome.');
  const message = redact(text(outcome.message), maxMessage);
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate':
      return { kind: outcome.kind, providerRef: reference(outcome.providerRef), ...(message !== '' && { message }) };
    case 'rejected':
      return { kind: 'rejected', code: code(outcome.code), message, ...fitFields(outcome, redact) };
    case 'retry':
      return { kind: 'retry', code: code(outcome.code), message, ...wholeMs(outcome.afterMs) };
    case 'unknown':
      return {
        kind: 'unknown', code: code(outcome.code), message, ...wholeMs(outcome.afterMs),
        ...(outcome.providerRef !== undefined && { providerRef: reference(outcome.providerRef) }),
      };
    case 'blocked':
      return { kind: 'blocked', code: outcome.code, message };
  }
}
