import type { FailureCode, PushOutcome } from '@pes/contracts';
import type { HttpAnswer, HttpFailure } from './http-client.ts';

const maxMessage = 2000;

/** Cuts a provider's text to what an event may carry. */
export function shorten(text: string, maxLength = maxMessage): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}

export function accepted(providerRef: string, message?: string): PushOutcome {
  return { kind: 'accepted', providerRef, ...(message === undefined ? {} : { message }) };
}

export function duplicate(providerRef: string, message?: string): PushOutcome {
  return { kind: 'duplicate', providerRef, ...(message === undefined ? {} : { message }) };
}

export function rejected(code: FailureCode, message: string, fields: Array<{ path: string; message: string }> = []): PushOutcome {
  return { kind: 'rejected', code, message: shorten(message), ...(fields.length === 0 ? {} : { fields: fields.slice(0, 100) }) };
}

export function retry(code: FailureCode, message: string, afterMs?: number): PushOutcome {
  return { kind: 'retry', code, message: shorten(message), ...(afterMs === undefined ? {} : { afterMs }) };
}

export function unknown(code: FailureCode, message: string, hints: { afterMs?: number; providerRef?: string } = {}): PushOutcome {
  return { kind: 'unknown', code, message: shorten(message), ...hints };
}

export function blocked(code: 'auth' | 'account_disabled', message: string): PushOutcome {
  return { kind: 'blocked', code, message: shorten(message) };
}

/** A call that got no answer: retry when certainly nothing was sent, unknown otherwise. Never a plain retry after bytes went out. */
export function outcomeOfFailure(failure: HttpFailure): PushOutcome {
  if (failure.code === 'egress_refused') return rejected('egress_refused', failure.message);
  return failure.kind === 'not-sent' ? retry(failure.code, failure.message) : unknown(failure.code, failure.message);
}

/** Retry-After in milliseconds, from seconds or an HTTP date; undefined when absent or unreadable. */
export function retryAfterMs(answer: HttpAnswer, nowMs: number): number | undefined {
  const value = answer.headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
