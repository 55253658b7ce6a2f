const firstMs = 250;
const longestMs = 10_000;
/** A process that ran this long has recovered: its next end counts as the first. */
const recoveredAfterMs = 10_000;

export interface RestartDelay {
  /** Pause before the next start, given how long the process ran. */
  afterRunOf(ranMs: number): number;
}

/** 250 ms, doubled with each end that follows soon after a start, up to 10 s. */
export function createRestartDelay(): RestartDelay {
  let delayMs = firstMs;
  return {
    afterRunOf(ranMs) {
      if (ranMs >= recoveredAfterMs) delayMs = firstMs;
      const pause = delayMs;
      delayMs = Math.min(delayMs * 2, longestMs);
      return pause;
    },
  };
}
