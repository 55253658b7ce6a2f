/** Ends the calls of one order. */
export interface OrderSignal {
  signal: AbortSignal;
  /** Lets go of the timer; the signal does not fire any more. */
  release(): void;
}

/** Fires when the time of the order is over, or with `cutOff`. */
export function createOrderSignal(remainingMs: number, cutOff: AbortSignal): OrderSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  // A longer timer than 2^31 ms would fire at once.
  const timer = setTimeout(abort, Math.min(Math.max(0, remainingMs), 2_147_483_647));
  if (cutOff.aborted) abort();
  else cutOff.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      cutOff.removeEventListener('abort', abort);
    },
  };
}
