import { validator, type PushChanged } from '@pes/contracts';
import { connectBus, consumeBatches, decodeJson } from '@pes/messaging';

/** When an order was first reported as sent to a provider, heard as Pressero core would hear it. */
export interface Arrivals {
  /** Milliseconds of performance.now(). */
  sentAt(orderId: string, provider: string): number | undefined;
  stop(): Promise<void>;
}

/** `natsUrl` must lead around the fault that is tested: what is measured is the system, not the listener. */
export async function watchArrivals(natsUrl: string): Promise<Arrivals> {
  const arrivals = new Map<string, number>();
  const bus = await connectBus({ servers: natsUrl, name: 'chaos' });
  const consumption = consumeBatches<PushChanged>(bus, {
    consumer: { stream: 'INTEGRATION', durable: 'chaos', filter: 'integration.push.changed.*', maxAckPending: 2000, ackWaitMs: 30_000 },
    decode: decodeJson(validator('push-changed')), isDataError: () => false, maxBatch: 200, maxWaitMs: 0, maxFlushes: 1,
    async handle(batch) {
      for (const { orderId, provider, state } of batch.flatMap(({ value }) => value.changes)) {
        const key = `${orderId} ${provider ?? ''}`;
        if (state === 'sent' && !arrivals.has(key)) arrivals.set(key, performance.now());
      }
    },
  });
  return {
    sentAt: (orderId, provider) => arrivals.get(`${orderId} ${provider}`),
    async stop() {
      await consumption.stop();
      await bus.close();
    },
  };
}
