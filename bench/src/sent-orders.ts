import { sleep } from '@pes/kernel';
import { validator, type PushChanged } from '@pes/contracts';
import { consumeBatches, decodeJson, type Bus } from '@pes/messaging';

/** Reads the outcome events as Pressero core would and notes when each order was reported as sent. */
export interface SentOrders {
  /** Arrival of the "sent" event by order number, milliseconds of performance.now(). */
  at: ReadonlyMap<number, number>;
  until(orderNumbers: readonly number[], timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

export function watchSentOrders(bus: Bus): SentOrders {
  const at = new Map<number, number>();
  const consumption = consumeBatches<PushChanged>(bus, {
    consumer: { stream: 'INTEGRATION', durable: 'bench', filter: 'integration.push.changed.*', maxAckPending: 2000, ackWaitMs: 30_000 },
    decode: decodeJson(validator('push-changed')), isDataError: () => false, maxBatch: 200, maxWaitMs: 0, maxFlushes: 1,
    handle(batch) {
      const now = performance.now();
      for (const { value } of batch) {
        for (const change of value.changes) if (change.state === 'sent' && !at.has(change.orderNumber)) at.set(change.orderNumber, now);
      }
      return Promise.resolve();
    },
  });
  return {
    at,
    async until(orderNumbers, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      let missing = orderNumbers.filter((n) => !at.has(n));
      while (missing.length > 0) {
        if (performance.now() > deadline) throw new Error(`${missing.length} of ${orderNumbers.length} orders were not sent within ${timeoutMs / 1000} s`);
        await sleep(5);
        missing = missing.filter((n) => !at.has(n));
      }
    },
    stop: () => consumption.stop(),
  };
}
