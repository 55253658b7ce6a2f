import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { ConsumerSpec } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import type { Bus } from './connect.ts';
import { reasonOf } from './log.ts';
import { ensureConsumer } from './topology.ts';

/**
 * A durable pull that outlives its broker.
 *
 *   building ──consumer ensured, pull open──▶ pulling ──pull closed, consumer or stream gone, stalled──▶ building
 *   any ──stop──▶ stopped
 *
 * Every message carries the epoch in which it came. A reconnect starts a new epoch: the broker may have been replaced by an older copy of
 * itself, where the sequence of an old message belongs to another one, so an acknowledgement from an earlier epoch must never be sent.
 * `onReconnect` lets the reader hand the old ones back at once.
 *
 * The next messages are asked for only as fast as `onMessage` resolves: a reader that holds enough lets the rest wait in the broker,
 * where they cost no memory here. (With 1,000 messages of thirty orders each pulled ahead, collecting garbage took a tenth of the time.)
 */
export interface Receiver {
  epoch(): number;
  stop(): Promise<void>;
}

export interface ReceiveOptions {
  consumer: ConsumerSpec;
  /** Messages asked for at once. */
  ahead: number;
  /** Resolves when there is room for another one; must not reject. */
  onMessage(message: JsMsg): Promise<void> | void;
  onReconnect(): void;
}

const rebuildDelayMs = 500;
// The pull asks for a heartbeat every half of this; two missed ones mean that nothing comes any more, whatever the client believes.
const pullExpiresMs = 5_000;
const brokenBy = new Set(['consumer_not_found', 'stream_not_found', 'consumer_deleted']);

export function receive(bus: Bus, { consumer, ahead, onMessage, onReconnect }: ReceiveOptions): Receiver {
  const stopping = new AbortController();
  let epoch = 1;
  let pull: ConsumerMessages | undefined;

  async function watch(current: ConsumerMessages): Promise<void> {
    for await (const status of current.status()) {
      const stalled = status.type === 'heartbeats_missed' && status.count >= 2;
      if (stalled || brokenBy.has(status.type)) void current.close();
    }
  }

  async function pullOnce(): Promise<void> {
    await ensureConsumer(bus, consumer);
    const handle = await bus.js.consumers.get(consumer.stream, consumer.durable);
    if (stopping.signal.aborted) return;
    const opened = epoch;
    pull = await handle.consume({ max_messages: Math.min(ahead, consumer.maxAckPending), expires: pullExpiresMs });
    void watch(pull).catch(() => undefined);
    for await (const message of pull) {
      // Received but not read when the connection broke or the stop came.
      if (opened !== epoch || stopping.signal.aborted) message.nak();
      else await onMessage(message);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await pullOnce();
      } catch (error) {
        bus.log.warn({ consumer: consumer.durable, reason: reasonOf(error) }, 'cannot pull, trying again');
      }
      await sleep(rebuildDelayMs, stopping.signal);
    }
  }

  async function watchConnection(): Promise<void> {
    for await (const status of bus.nc.status()) {
      if (stopping.signal.aborted) return;
      if (status.type !== 'reconnect') continue;
      epoch += 1;
      onReconnect();
      // A fresh pull also checks that the consumer still exists in what may be an older store.
      void pull?.close();
    }
  }

  const running = run();
  void watchConnection().catch(() => undefined);
  return {
    epoch: () => epoch,
    async stop() {
      stopping.abort();
      await pull?.close();
      await running;
    },
  };
}
