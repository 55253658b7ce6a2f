import type { HttpAnswer, RateReport } from '@pes/connector-sdk';

/** A header with a number; undefined when it is left out or is something else. */
function numberOf(answer: HttpAnswer, name: string): number | undefined {
  const text = answer.headers[name]?.trim() ?? '';
  const value = text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? Math.max(0, value) : undefined;
}

/** X-Rate-Limit-Reset counts seconds until the window ends (V1 docs, rate limits); one more for clocks that differ. */
export function resetMs(answer: HttpAnswer): number | undefined {
  const seconds = numberOf(answer, 'x-rate-limit-reset');
  return seconds === undefined ? undefined : Math.ceil(seconds * 1000) + 1000;
}

/** Requests left for these keys, whoever used the others. Some answers come without the headers and say nothing. */
export function readRate(answer: HttpAnswer): RateReport | undefined {
  const remaining = numberOf(answer, 'x-rate-limit-remaining');
  const untilResetMs = resetMs(answer);
  if (remaining === undefined || untilResetMs === undefined) return undefined;
  return { remaining: answer.status === 429 ? 0 : Math.floor(remaining), resetMs: untilResetMs };
}
