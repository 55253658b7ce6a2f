const second = 1000;
const minute = 60 * second;

/** After the n-th failure. A press stands still at night: the last steps reach into the next working day. */
export const retryDelaysMs = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, 120 * minute, 360 * minute];

/**
 * When to try again after `failures` failures, or undefined when the schedule is used up. Full jitter over the upper half keeps a
 * thousand orders that failed together from coming back together, without a retry that follows at once. What the provider asked for wins when it is later.
 */
export function nextDelayMs(failures: number, askedMs: number | undefined, random: number): number | undefined {
  const step = retryDelaysMs[failures - 1];
  if (step === undefined) return undefined;
  const jittered = Math.round(step * (0.5 + random / 2));
  return Math.max(jittered, askedMs ?? 0);
}
