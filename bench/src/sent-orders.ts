import { sleep } from '@pes/kernel';
import { validator, type PushChanged } from '@pes/contracts';
import { consumeBatches, decodeJson, type Bus } from '@pes/messaging';

/** Reads the outcome events as Pressero core would and notes when each order was reported as sent. */
export interface SentOrders {
  /** Arrival of the "sent" event by order number, milliseconds of performance.now(). */
  at: ReadonlyMap<number, number>;
  untilCount(count: number, timeoutMs: number): Promise<void>;
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
    async untilCount(count, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while (at.size < count) {
        if (performance.now() > deadline) throw new Error(`${at.size} of ${count} orders were sent within ${timeoutMs / 1000} s`);
        await sleep(20);
      }
    },
    stop: () => consumption.stop(),
  };
}
