import type { ConnectorManifest, FailureCode, PushOutcome, PushWorkItem } from '@pes/contracts';
import type { LookupResult } from './connector.ts';
import { blocked, duplicate, retry, unknown } from './outcomes.ts';
import { maybeSentBefore, mayStillAppearMs, type Attempt, type Plan } from './plan-attempt.ts';

export interface LookupCircumstances extends Attempt {
  item: PushWorkItem;
  manifest: ConnectorManifest;
  plan: Plan;
  nowMs: number;
}

/** Too late to begin: certainly not sent on the first delivery, otherwise nobody knows. */
export function notStarted(attempt: Attempt, why: string): PushOutcome {
  if (!maybeSentBefore(attempt)) return retry('lease_expired_unsent', `${why}; nothing was sent.`);
  return unknown('redelivered_unclear', `${why}; an earlier attempt may have sent the order.`);
}

/** Nothing was called because the provider is in trouble. As above: a retry says "certainly not sent". */
export function notCalled(attempt: Attempt, afterMs: number): PushOutcome {
  const why = `The provider failed repeatedly, so nothing is called for ${Math.ceil(afterMs / 1_000)} s`;
  if (!maybeSentBefore(attempt)) return retry('breaker_open', `${why}; nothing was sent.`, afterMs);
  return unknown('breaker_open', `${why}; an earlier attempt may have sent the order.`, { afterMs });
}

/**
 * Dispatch sends a blocked order anew once the account is unblocked, and would not know that a redelivered one may be at the provider.
 * So that one is unknown for now: the next attempt looks first, and may block then.
 */
export function blockedUnlessSent({ item, plan }: Pick<LookupCircumstances, 'item' | 'plan'>, code: 'auth' | 'account_disabled', message: string): PushOutcome {
  return plan === 'look-up' && item.mode === 'send' ? unknown(code === 'auth' ? 'auth' : 'account_disabled', message) : blocked(code, message);
}

/** What a lookup settles; undefined when the order is not there and may be sent. */
export function settleLookup(found: LookupResult, circumstances: LookupCircumstances): PushOutcome | undefined {
  const { item, manifest, nowMs } = circumstances;
  const known = item.providerRef === null ? {} : { providerRef: item.providerRef };
  switch (found.kind) {
    case 'found':
      return duplicate(found.providerRef, found.message);
    case 'absent': {
      const afterMs = mayStillAppearMs(circumstances, manifest, nowMs);
      return afterMs === 0 ? undefined : unknown('redelivered_unclear', 'The order is not to be found yet; it may still appear.', { afterMs, ...known });
    }
    case 'unclear':
      return { kind: 'unknown', code: found.code, message: found.message, ...(found.afterMs === undefined ? {} : { afterMs: found.afterMs }), ...known };
    case 'rejected':
      return { kind: 'rejected', code: found.code, message: found.message };
    case 'blocked':
      return blockedUnlessSent(circumstances, found.code, found.message);
  }
}

/**
 * That a redelivered order was not sent, or not let in, says nothing about its first delivery: it must not count as never sent. Of an order
 * that it has checked (check-then-send) dispatch knows that by itself.
 */
export function afterRepeat(outcome: PushOutcome, { item, repeated }: Attempt, plan: Plan): PushOutcome {
  const kind = (outcome as PushOutcome | undefined)?.kind;
  if (plan !== 'send' || !repeated || item.mode !== 'send' || (kind !== 'retry' && kind !== 'blocked')) return outcome;
  const { code, message = '', afterMs } = outcome as { code: FailureCode; message?: string; afterMs?: number };
  return unknown(code, `${message} An earlier attempt may have sent the order.`.trim(), afterMs === undefined ? {} : { afterMs });
}

/** A next look makes sense once a sent order must be visible, unless the connector knows better. */
export function dateNextLook(outcome: PushOutcome, visibilityDelayMs: number): PushOutcome {
  const undated = (outcome as PushOutcome | undefined)?.kind === 'unknown' && !('afterMs' in outcome);
  return undated && visibilityDelayMs > 0 ? { ...outcome, afterMs: visibilityDelayMs } as PushOutcome : outcome;
}

/** After a redelivery the order is looked for when it must be visible, whatever stood in the way this time: an absence seen earlier would be believed. */
export function lookNotBefore(outcome: PushOutcome, { item, repeated, manifest, plan, nowMs }: LookupCircumstances): PushOutcome {
  if (!repeated || plan !== 'look-up' || (outcome as PushOutcome | undefined)?.kind !== 'unknown') return outcome;
  const unclear = outcome as Extract<PushOutcome, { kind: 'unknown' }>;
  const leastMs = mayStillAppearMs({ item, repeated }, manifest, nowMs);
  return leastMs > (unclear.afterMs ?? 0) ? { ...unclear, afterMs: leastMs } : outcome;
}
