import type { RateReport } from '@pes/contracts';
import type { Clock } from '@pes/kernel';
import type { Connector } from './connector.ts';
import type { HttpAnswer, HttpFailure } from './http-client.ts';
import { createLruMap } from './lru-map.ts';
import { retryAfterMs } from './outcomes.ts';

/** What the provider last said about its rate, for each account, until it was reported to push-dispatch, which slows the lane down. */
export interface RateBook {
  note(accountId: string, result: HttpAnswer | HttpFailure): void;
  /** What was learnt since the last report; undefined when nothing was, or when its window is over. */
  take(accountId: string): RateReport | undefined;
}

const defaultWaitMs = 60_000;
const longestWaitMs = 3_600_000;
const maxAccounts = 10_000;
// The ends of one window, read from two answers, differ by rounding and travel time.
const sameWindowMs = 2_000;

interface Reading {
  remaining: number;
  resetsAtMs: number;
}

/** A 429 without details still says that nothing is left. */
function readTooMany(answer: HttpAnswer, nowMs: number): RateReport | undefined {
  return answer.status === 429 ? { remaining: 0, resetMs: retryAfterMs(answer, nowMs) ?? defaultWaitMs } : undefined;
}

export function createRateBook(connector: Pick<Connector, 'readRate'>, clock: Clock): RateBook {
  const readings = createLruMap<string, Reading | undefined>(maxAccounts);

  function note(accountId: string, result: HttpAnswer | HttpFailure): void {
    if (result.kind !== 'answer') return;
    const nowMs = clock.now();
    const report = connector.readRate?.(result, nowMs) ?? readTooMany(result, nowMs);
    if (report === undefined || !Number.isFinite(report.remaining) || !Number.isFinite(report.resetMs)) return;
    const remaining = Math.max(0, Math.floor(report.remaining));
    const resetsAtMs = nowMs + Math.min(longestWaitMs, Math.max(0, Math.ceil(report.resetMs)));
    const known = readings.get(accountId);
    // Answers of calls side by side come out of order: within one window the smaller number is the later one.
    const sameWindow = known !== undefined && known.resetsAtMs > nowMs && Math.abs(known.resetsAtMs - resetsAtMs) <= sameWindowMs;
    readings.set(accountId, { remaining: sameWindow ? Math.min(known.remaining, remaining) : remaining, resetsAtMs });
  }

  return {
    note,
    take(accountId) {
      const reading = readings.get(accountId);
      if (reading === undefined) return undefined;
      readings.set(accountId, undefined);
      const resetMs = reading.resetsAtMs - clock.now();
      return resetMs > 0 ? { remaining: reading.remaining, resetMs } : undefined;
    },
  };
}
