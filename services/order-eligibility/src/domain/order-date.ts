const dayMs = 86_400_000;
const maxAheadMs = dayMs;
const maxBackYears = 2;

/**
 * What is wrong with an order date, or undefined. The schema only checks its form: 30 February fits it. A date far off is a broken clock
 * or a test order, and would make a partition of its own that nobody looks at.
 */
export function orderDateProblem(placedAt: string, nowMs: number): string | undefined {
  const placedAtMs = Date.parse(placedAt);
  if (Number.isNaN(placedAtMs) || new Date(placedAtMs).toISOString().slice(0, 19) !== placedAt.slice(0, 19)) return 'is not a date that exists';
  if (placedAtMs > nowMs + maxAheadMs) return 'lies more than one day in the future';
  const oldest = new Date(nowMs);
  oldest.setUTCFullYear(oldest.getUTCFullYear() - maxBackYears);
  if (placedAtMs < oldest.getTime()) return `lies more than ${maxBackYears} years back`;
  return undefined;
}

/** UTC day of a valid order date, YYYY-MM-DD: the partition of the order. */
export function orderDay(placedAt: string): string {
  return placedAt.slice(0, 10);
}
