import type { JsMsg } from '@nats-io/jetstream';
import { sleep } from '@pes/kernel';
import { createBatches, type Waiting } from './collect-batches.ts';
import type { Bus } from './connect.ts';
import type { Consumption, ConsumeOptions, Decoded } from './consume-types.ts';
import { readHeaders } from './cloud-event.ts';
import { receive, type Receiver } from './receive.ts';
import { createSettlement, type Held } from './settle-batch.ts';

/**
 * Micro-batches: collect until `maxBatch` messages, `maxBatchBytes` or `maxWaitMs` after the first, hand them to `handle`, acknowledge when
 * it resolves. (`fetch` waits for a full batch or its expiry: 860 orders/s end to end where this way gave 9,000.)
 *
 * What happens to a message:
 *   held ──flush──▶ decoded ──▶ handled ──▶ acknowledged
 *   decode fails ──▶ DEAD, acknowledged
 *   flush fails: infrastructure ──▶ same flush again, for as long as it takes, messages kept alive
 *                the data itself ──▶ the batch is halved until the one message is found; that one goes to DEAD
 *   delivered more than `isolateAfter` times ──▶ handled alone, since it may be what crashes its reader
 *   delivered more than `poisonAfter` times ──▶ DEAD without another try
 *   the connection was lost in between ──▶ handed back, never acknowledged (see receive.ts)
 *
 * While it waits a message is bytes; it becomes objects only for its flush, so that they die young.
 */
const isolateAfter = 3;
const poisonAfter = 50;
const defaultBatchBytes = 512 * 1024;
const leastAhead = 64;
const nanosPerMs = 1_000_000;
const stopPatienceMs = 5_000;

export function consumeBatches<T>(bus: Bus, options: ConsumeOptions<T>): Consumption {
  const { consumer, maxBatch, maxBatchBytes = defaultBatchBytes, maxWaitMs, maxFlushes } = options;
  const stopping = new AbortController();
  const out = new Set<JsMsg>();

  async function flush(batch: readonly Waiting[]): Promise<void> {
    const dead: Array<Promise<void>> = [];
    const values: Array<Held<T>> = [];
    for (const waiting of batch) {
      const decoded = decodeUnlessPoison(waiting.message, options);
      if (decoded.ok) values.push({ ...waiting, value: decoded.value });
      else dead.push(settlement.dead({ ...waiting, value: undefined }, decoded.code, decoded.errors));
    }
    await Promise.all([values.length > 0 ? settlement.flush(values) : undefined, ...dead]);
  }

  const batches = createBatches({ maxBatch, maxBatchBytes, maxWaitMs, maxFlushes, flush, onGivenBack: (error) => {
    bus.log.error({ consumer: consumer.durable, err: error }, 'batch was given back');
  } });

  function onMessage(message: JsMsg): Promise<void> | void {
    out.add(message);
    const waiting = { message, epoch: receiver.epoch(), subject: message.subject, deliveries: message.info.deliveryCount, publishedAtMs: message.info.timestampNanos / nanosPerMs };
    if (waiting.deliveries > isolateAfter) return batches.run([waiting]);
    return batches.add(waiting);
  }

  /** After a reconnect nothing received before may be acknowledged; what is only waiting goes back at once. */
  function onReconnect(): void {
    for (const { message } of batches.takeWaiting()) {
      out.delete(message);
      message.nak();
    }
  }

  const receiver: Receiver = receive(bus, { consumer, ahead: Math.max(leastAhead, maxBatch), onMessage, onReconnect });
  const settlement = createSettlement<T>(bus, options, { out, stopping: stopping.signal, epoch: () => receiver.epoch() });
  const keepAlive = setInterval(() => { for (const message of out) message.working(); }, consumer.ackWaitMs / 3);
  return {
    async stop() {
      const received = receiver.stop();
      batches.unblock();
      await received;
      // A flush that cannot succeed now (database gone) must not hold up the stop: its messages come back to the next reader.
      await Promise.race([batches.drain(), sleep(stopPatienceMs, stopping.signal)]);
      stopping.abort();
      clearInterval(keepAlive);
    },
  };
}

function decodeUnlessPoison<T>(message: JsMsg, { decode }: ConsumeOptions<T>): Decoded<T> {
  const { deliveryCount } = message.info;
  if (deliveryCount > poisonAfter) return { ok: false, code: 'poison', errors: [`given up after ${deliveryCount - 1} deliveries`] };
  return decode({ subject: message.subject, headers: readHeaders(message.headers), body: message.data });
}
