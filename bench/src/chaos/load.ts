import { sleep } from '@pes/kernel';
import type { Storefront } from '@pes/standalone';

/** Emits orders steadily, whatever the services do. */
export interface Load {
  /** Orders a second from now on; 0 pauses. */
  setRate(ordersPerSecond: number): void;
  /** Stops for good and resolves when every event of every order is out; the last events of an order wait until it has been sent. */
  stop(): Promise<void>;
  /** Resolves when every event of the orders so far is out. */
  emitted(): Promise<void>;
}

const batchesPerSecond = 2;

export function startLoad(storefront: Storefront, ordersPerSecond: number): Load {
  const stopping = new AbortController();
  const emissions = new Set<Promise<unknown>>();
  let rate = ordersPerSecond;

  function emit(): void {
    const emission = storefront.emit(Math.ceil(rate / batchesPerSecond)).finally(() => emissions.delete(emission));
    emissions.add(emission);
  }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      if (rate > 0) emit();
      await sleep(1000 / batchesPerSecond, stopping.signal);
    }
  })();
  const emitted = async (): Promise<void> => {
    await Promise.all(emissions);
  };

  return {
    setRate: (next) => void (rate = next),
    emitted,
    async stop() {
      stopping.abort();
      await running;
      await emitted();
    },
  };
}
