import { unreachable } from '@pes/kernel';
import type { ConnectorManifest, PushOutcome } from '@pes/contracts';
import { nextDelayMs } from './schedule.ts';
import type { PushState } from './push-state.ts';

export interface Transition {
  state: PushState;
  code: string | null;
  /** A sentence for people. */
  message: string;
  /** When it becomes due again; null in settled states. Milliseconds. */
  runAtMs: number | null;
  failures: number;
  providerRef: string | null;
  /** Set when the whole account must wait: until then, or for ever until somebody acts (Infinity). */
  pauseLaneUntilMs?: number;
  /** Set when the provider asks everybody with these credentials to wait. */
  holdRateUntilMs?: number;
}

export interface Circumstances {
  idempotency: ConnectorManifest['idempotency'];
  providerName: string;
  accountName: string;
  reference: string;
  /** How long an order may stay invisible after a call ended. */
  visibilityDelayMs: number;
  /** An earlier attempt may have reached the provider, and nothing settled it since. */
  unclear: boolean;
  /** Failures counted so far. */
  failures: number;
  nowMs: number;
  /** 0 ≤ random < 1 */
  random: number;
}

// None says anything about the order: a busy or failing provider or a late message must not use up its attempts, and a confirmation that is
// still on its way is awaited by the connector itself. With the wait in milliseconds where the connector names none.
const uncounted = new Map([['rate_limited', 60_000], ['breaker_open', 60_000], ['lease_expired_unsent', 0], ['awaiting_confirmation', 10_000]]);

type Settled = Pick<Transition, 'state' | 'code' | 'message'> & { providerRef?: string | null };

function settledAs({ providerRef = null, ...settled }: Settled, c: Circumstances): Transition {
  return { ...settled, runAtMs: null, failures: c.failures, providerRef };
}

/** How long to wait when the outcome is no failure of the order, undefined when it is one. Milliseconds. */
function waitOf({ code, afterMs }: { code: string; afterMs?: number }): number | undefined {
  const defaultMs = uncounted.get(code);
  return defaultMs === undefined ? undefined : (afterMs ?? defaultMs);
}

/** What others must wait for as well: the account behind an open breaker, everybody with the same credentials at a busy provider. */
function othersWait(code: string, untilMs: number): Pick<Transition, 'pauseLaneUntilMs' | 'holdRateUntilMs'> {
  if (code === 'breaker_open') return { pauseLaneUntilMs: untilMs };
  return code === 'rate_limited' ? { holdRateUntilMs: untilMs } : {};
}

function afterRetry(outcome: Extract<PushOutcome, { kind: 'retry' }>, c: Circumstances): Transition {
  const waitMs = waitOf(outcome);
  if (waitMs !== undefined) {
    const runAtMs = c.nowMs + waitMs;
    return { state: 'retrying', code: outcome.code, message: outcome.message, runAtMs, failures: c.failures, providerRef: null, ...othersWait(outcome.code, runAtMs) };
  }
  const failures = c.failures + 1;
  const delayMs = nextDelayMs(failures, outcome.afterMs, c.random);
  if (delayMs === undefined && c.unclear) {
    const message = `It is not known whether ${c.reference} reached ${c.providerName}; ${failures} attempts failed since. Look there, then resend or mark as sent. Last: ${outcome.message}`;
    return { ...settledAs({ state: 'needs-person', code: 'attempts_exhausted', message }, c), failures };
  }
  if (delayMs === undefined) {
    return { ...settledAs({ state: 'dead', code: 'attempts_exhausted', message: `Not sent: all ${failures} attempts failed. Last: ${outcome.message}` }, c), failures };
  }
  return { state: 'retrying', code: outcome.code, message: outcome.message, runAtMs: c.nowMs + delayMs, failures, providerRef: null };
}

function afterUnknown(outcome: { code: string; message: string; afterMs?: number; providerRef?: string }, c: Circumstances): Transition {
  const providerRef = outcome.providerRef ?? null;
  if (c.idempotency === 'none') {
    const message = `It is not known whether ${c.reference} reached ${c.providerName}, and ${c.providerName} cannot be asked. Look there, then resend or mark as sent. ${outcome.message}`;
    return settledAs({ state: 'needs-person', code: outcome.code, message, providerRef }, c);
  }
  const waitMs = waitOf(outcome);
  const failures = waitMs === undefined ? c.failures + 1 : c.failures;
  const delayMs = waitMs ?? nextDelayMs(failures, outcome.afterMs, c.random);
  if (delayMs === undefined) {
    const message = `It is not known whether ${c.reference} reached ${c.providerName}; ${failures} checks gave no answer. Look there, then resend or mark as sent. ${outcome.message}`;
    return { ...settledAs({ state: 'needs-person', code: outcome.code, message, providerRef }, c), failures };
  }
  const runAtMs = c.nowMs + delayMs;
  return { state: 'checking', code: outcome.code, message: `Unknown outcome, checking. ${outcome.message}`, runAtMs, failures, providerRef, ...othersWait(outcome.code, runAtMs) };
}

/** What follows from an outcome. Total over outcome kinds and idempotency classes; the only place that decides about retries. */
export function transition(outcome: PushOutcome, c: Circumstances): Transition {
  switch (outcome.kind) {
    case 'accepted':
      return settledAs({ state: 'sent', code: null, message: `Sent to ${c.accountName} as ${c.reference}.`, providerRef: outcome.providerRef }, c);
    case 'duplicate':
      return settledAs({ state: 'sent', code: null, message: `Sent to ${c.accountName} as ${c.reference}; it was there already.`, providerRef: outcome.providerRef }, c);
    case 'rejected':
      return settledAs({ state: 'rejected', code: outcome.code, message: `Not sent: ${outcome.message}` }, c);
    case 'retry':
      return afterRetry(outcome, c);
    case 'unknown':
      return afterUnknown(outcome, c);
    case 'blocked':
      return {
        ...settledAs({ state: 'blocked', code: outcome.code, message: `Not sent: ${outcome.message} Check the credentials of account ${c.accountName}; the queue is kept.` }, c),
        pauseLaneUntilMs: Infinity,
      };
    default:
      return unreachable(outcome);
  }
}

/**
 * What follows when a connector did not report before the lease ended. A call may have begun until then, so where only a lookup prevents a
 * second order it must come when that call's order would be visible; an absence seen earlier would be believed.
 */
export function leaseExpired(c: Circumstances): Transition {
  const next = afterUnknown({ code: 'lease_expired', message: 'The connector did not report in time.' }, c);
  if (next.runAtMs === null) return next;
  return { ...next, runAtMs: c.nowMs + (c.idempotency === 'lookup' ? c.visibilityDelayMs : 0) };
}
