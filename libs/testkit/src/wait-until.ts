import { sleep } from '@pes/kernel';

export interface WaitOptions {
  /** Gives up after this long. Default 10 000. */
  timeoutMs?: number;
  /** Pause between two checks. Default 20. */
  intervalMs?: number;
  /** Ends the message of the error: "waited 10000 ms for <what>". */
  what?: string;
}

/**
 * Polls until the condition returns something truthy, and returns that.
 * A condition that throws counts as "not yet"; its last error is the `cause` of the error thrown at the time limit.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const { timeoutMs = 10_000, intervalMs = 20, what = 'the condition' } = options;
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | 0 | '' | null | undefined>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new Error(`waited ${timeoutMs} ms for ${what}${reason}`, { cause: lastError });
    }
    await sleep(intervalMs);
  }
}
