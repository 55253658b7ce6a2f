import { blocked, rejected, retry, unknown, type HttpFailure, type LookupResult, type PushOutcome } from '@pes/connector-sdk';
import { unreachable } from '@pes/kernel';
import type { Reading } from './read-answer.ts';

/** Only the submission creates something: before it, trouble is a plain retry; from it on, nobody knows. */
export type Step = 'lookup' | 'validate' | 'submit';
export type Trouble = Exclude<Reading, { kind: 'ok' }>;

const authHints = {
  apiToken: 'Check the API token.',
  apiSecret: 'Check token, secret and kind of API key, and that the key may create orders.',
  apiBaseUrl: 'Check the submit and API addresses of the account.',
};

function outcomeOfNoAnswer({ kind, code, message }: HttpFailure, step: Step): PushOutcome {
  if (code === 'egress_refused') return rejected(code, message);
  return kind === 'maybe-sent' && step === 'submit' ? unknown(code, message) : retry(code, message);
}

/** What follows from a call that did not go well. Total over readings and steps. */
export function outcomeOf(reading: Trouble, step: Step): PushOutcome {
  const unsettled = (code: 'provider_error' | 'answer_unreadable', message: string): PushOutcome =>
    step === 'submit' ? unknown(code, `${message} The order may have arrived.`) : retry(code, message);

  switch (reading.kind) {
    case 'no-answer':
      return outcomeOfNoAnswer(reading.failure, step);
    case 'auth':
      return blocked('auth', `Site Flow refused the credentials: ${reading.message}. ${authHints[reading.field]}`);
    case 'rate-limited':
      return retry('rate_limited', 'Site Flow asks to slow down.', reading.afterMs);
    case 'provider-error':
      return unsettled('provider_error', `Site Flow reported an error of its own (${reading.message}).`);
    case 'unreadable':
      return unsettled('answer_unreadable', `Site Flow answered ${reading.message}.`);
    case 'absent':
    case 'number-taken':
    case 'invalid':
      // A search that is refused says nothing about the order.
      if (step === 'lookup') return retry('provider_error', `Site Flow refused to look the order up: ${reading.message}.`);
      return rejected('validation', `Site Flow refused the order: ${reading.message}`, reading.kind === 'invalid' ? reading.fields : []);
    default:
      return unreachable(reading);
  }
}

/** The same for a lookup outside of push: only refused credentials settle anything. */
export function lookupTrouble(reading: Trouble): Extract<LookupResult, { kind: 'unclear' | 'blocked' }> {
  const outcome = outcomeOf(reading, 'lookup');
  if (outcome.kind === 'blocked') return outcome;
  if (outcome.kind === 'accepted' || outcome.kind === 'duplicate') throw new Error(`a failed lookup became ${outcome.kind}`);
  const { code, message } = outcome;
  return { kind: 'unclear', code, message, ...(reading.kind === 'rate-limited' ? { afterMs: reading.afterMs } : {}) };
}
