import type { PushOutcome, PushResult, PushWorkItem } from '@pes/contracts';
import { workItem } from './toy-work.ts';

type State = 'ready' | 'sending' | 'checking' | 'person' | 'settled';

export interface Dispatch {
  /** A new claim when the push is due. */
  claim(nowMs: number): PushWorkItem | undefined;
  /** The claim that is waited for, once more. */
  announce(): PushWorkItem | undefined;
  expireLease(nowMs: number): void;
  report(result: Pick<PushResult, 'fence' | 'outcome'>, nowMs: number): void;
  state(): State;
}

const leaseMs = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const isThere = ({ kind }: PushOutcome): boolean => kind === 'accepted' || kind === 'duplicate';

/** The rules of push-dispatch for one push, as far as they decide when a connector gets it and in which mode. */
export function dispatchOf(idempotency: string, visibilityDelayMs: number): Dispatch {
  let state: State = 'ready';
  let code = '';
  let runAtMs = 0;
  let fence = 0;
  let checkFirst = false;
  let firstSentAtMs: number | undefined;
  let claim: PushWorkItem | undefined;
  const { pushId, push } = workItem(0);

  function unclear(nextMs: number, why: string): void {
    checkFirst = true;
    state = idempotency === 'none' ? 'person' : 'checking';
    runAtMs = nextMs;
    code = why;
  }

  function settle(outcome: PushOutcome, nowMs: number): void {
    if (outcome.kind === 'unknown') return unclear(nowMs + Math.max(2_500, outcome.afterMs ?? 0), outcome.code);
    state = outcome.kind === 'retry' ? 'ready' : 'settled';
    if (outcome.kind !== 'retry') return;
    runAtMs = nowMs + (outcome.afterMs ?? 0);
    if (!checkFirst) firstSentAtMs = undefined;
  }

  return {
    claim(nowMs) {
      if ((state !== 'ready' && state !== 'checking') || runAtMs > nowMs) return undefined;
      fence += 1;
      state = 'sending';
      const earlier = firstSentAtMs;
      firstSentAtMs ??= nowMs;
      claim = {
        pushId, push, fence, attempt: fence, mode: checkFirst ? 'check-then-send' : 'send', claimedAt: iso(nowMs), leaseUntil: iso(nowMs + leaseMs),
        firstSentAt: earlier === undefined ? null : iso(earlier), providerRef: null,
      };
      return claim;
    },
    announce: () => (state === 'sending' && claim !== undefined && idempotency !== 'lookup' ? { ...claim, mode: 'check-then-send' } : undefined),
    expireLease(nowMs) {
      if (state === 'sending' && claim !== undefined && nowMs > Date.parse(claim.leaseUntil)) unclear(nowMs + (idempotency === 'lookup' ? visibilityDelayMs : 0), 'lease_expired');
    },
    report({ fence: reported, outcome }, nowMs) {
      if (reported !== fence) return;
      if (state === 'sending') settle(outcome, nowMs);
      else if (state !== 'settled' && isThere(outcome)) state = 'settled';
      else if ((state === 'checking' || state === 'person') && code === 'lease_expired' && outcome.kind === 'retry' && outcome.code === 'lease_expired_unsent') settle(outcome, nowMs);
    },
    state: () => state,
  };
}
