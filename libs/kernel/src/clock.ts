/** Where the time comes from, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** UTC ISO 8601 with milliseconds, the form of every time that leaves a process. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
