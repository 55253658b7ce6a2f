import type { EarlierAttempts, LookupResult } from '@pes/connector-sdk';
import { visibilityDelayMs } from './manifest.ts';

const second = 1000;
/** Ages at which to ask whether an acknowledged order has appeared; the last one is the end of the wait. */
const askAtMs = [10 * second, 30 * second, 60 * second, 120 * second, 300 * second, 600 * second, visibilityDelayMs];
const clockToleranceMs = 300 * second;

/**
 * firstSentAtMs belongs to the first attempt, which may have been refused hours before the one that was acknowledged. An acknowledgement's
 * id is a MongoDB ObjectId and starts with the second in which it was made, so it dates the submission; ids of another kind are ignored.
 */
function submittedAtMs({ firstSentAtMs, providerRef }: EarlierAttempts, nowMs: number): number | null {
  if (firstSentAtMs === null || providerRef === null || !/^[0-9a-f]{24}$/i.test(providerRef)) return firstSentAtMs;
  const madeAtMs = Number.parseInt(providerRef.slice(0, 8), 16) * second;
  return madeAtMs > nowMs + clockToleranceMs ? firstSentAtMs : Math.max(firstSentAtMs, Math.min(madeAtMs, nowMs));
}

/**
 * What it means that Site Flow does not have the order. A submission is checked after its acknowledgement and dropped in silence when it
 * is bad, so for a quarter of an hour absence proves nothing; afterwards an acknowledged order is lost, and one that nobody acknowledged
 * never arrived.
 */
export function absentAfter(earlier: EarlierAttempts, reference: string, nowMs: number): LookupResult {
  const sentAtMs = submittedAtMs(earlier, nowMs);
  if (sentAtMs === null) return { kind: 'absent' };
  const ageMs = Math.max(0, nowMs - sentAtMs);
  const nextMs = askAtMs.find((atMs) => atMs > ageMs);
  if (nextMs !== undefined) {
    const message = `Site Flow does not show order ${reference} yet; it checks submissions for up to 15 minutes.`;
    return { kind: 'unclear', code: 'awaiting_confirmation', message, afterMs: Math.max(second, nextMs - ageMs) };
  }
  if (earlier.providerRef === null) return { kind: 'absent' };
  const message = `Site Flow acknowledged order ${reference} (submission ${earlier.providerRef}) and did not create it within 15 minutes. Check the submission errors page in Site Flow, fix the cause, then push again.`;
  return { kind: 'rejected', code: 'submission_lost', message };
}
