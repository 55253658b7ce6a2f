import type { JsMsg } from '@nats-io/jetstream';
import type { ConsumerSpec, FailureCode } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import type { Bus } from './connect.ts';
import { readHeaders } from './cloud-event.ts';
import { setAside } from './dead-letter.ts';
import { reasonOf } from './log.ts';
import { receive } from './receive.ts';

/**
 * Micro-batches: collect until `maxBatch` messages or `maxWaitMs` after the first, hand them to `handle`, acknowledge when it resolves.
 * (`fetch` waits for a full batch or its expiry: 860 orders/s end to end where this way gave 9,000.)
 *
 * What happens to a message:
 *   held ──decode fails──▶ DEAD, acknowledged
 *   held ──flush──▶ handled ──▶ acknowledged
 *   flush fails: infrastructure ──▶ same flush again, for as long as it takes, messages kept alive
 *                the data itself ──▶ the batch is halved until the one message is found; that one goes to DEAD
 *   delivered more than `isolateAfter` times ──▶ handled alone, since it may be what crashes its reader
 *   delivered more than `poisonAfter` times ──▶ DEAD without another try
 *   the connection was lost in between ──▶ handed back, never acknowledged (see receive.ts)
 */
export interface RawMessage {
  subject: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

export type Decoded<T> = { ok: true; value: T } | { ok: false; code: FailureCode; errors: string[] };

export interface Received<T> {
  value: T;
  subject: string;
  deliveries: number;
  publishedAtMs: number;
}

export interface ConsumeOptions<T> {
  consumer: ConsumerSpec;
  decode(message: RawMessage): Decoded<T>;
  /** Must be idempotent. Resolves when every message may be acknowledged. */
  handle(batch: Array<Received<T>>): Promise<void>;
  /** True when the data, not the infrastructure, made `handle` fail. */
  isDataError(error: unknown): boolean;
  maxBatch: number;
  maxWaitMs: number;
  /** Flushes that may run at once. */
  maxFlushes: number;
  onDead?(code: string): void;
}

export interface Consumption {
  /** Stops pulling, finishes what was received, acknowledges it. */
  stop(): Promise<void>;
}

interface Held<T> extends Received<T> {
  message: JsMsg;
  epoch: number;
}

const isolateAfter = 3;
const poisonAfter = 50;
const maxBackoffMs = 2_000;
const nanosPerMs = 1_000_000;
const stopPatienceMs = 5_000;

export function consumeBatches<T>(bus: Bus, options: ConsumeOptions<T>): Consumption {
  const { consumer, maxBatch, maxWaitMs, maxFlushes } = options;
  const stopping = new AbortController();
  const out = new Set<JsMsg>();
  const flushes = new Set<Promise<void>>();
  let buffer: Array<Held<T>> = [];
  let timer: NodeJS.Timeout | undefined;

  const receiver = receive(bus, { consumer, onMessage, onReconnect });
  const keepAlive = setInterval(() => { for (const message of out) message.working(); }, consumer.ackWaitMs / 3);

  function onMessage(message: JsMsg): void {
    out.add(message);
    const raw = { subject: message.subject, headers: readHeaders(message.headers), body: message.data };
    const { deliveryCount } = message.info;
    const decoded: Decoded<T> = deliveryCount > poisonAfter
      ? { ok: false, code: 'poison', errors: [`given up after ${deliveryCount - 1} deliveries`] }
      : options.decode(raw);
    const held = { message, epoch: receiver.epoch(), subject: message.subject, deliveries: deliveryCount, publishedAtMs: message.info.timestampNanos / nanosPerMs };
    if (!decoded.ok) {
      track(dead({ ...held, value: undefined }, decoded.code, decoded.errors));
    } else if (deliveryCount > isolateAfter) {
      track(flush([{ ...held, value: decoded.value }]));
    } else {
      buffer.push({ ...held, value: decoded.value });
      schedule();
    }
  }

  /** After a reconnect nothing received before may be acknowledged; what is only waiting goes back at once. */
  function onReconnect(): void {
    for (const held of buffer) {
      out.delete(held.message);
      held.message.nak();
    }
    buffer = [];
  }

  function schedule(): void {
    if (buffer.length >= maxBatch) startFlush();
    else if (buffer.length > 0) timer ??= setTimeout(startFlush, maxWaitMs);
  }

  function startFlush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (buffer.length === 0 || flushes.size >= maxFlushes) return;
    const batch = buffer.slice(0, maxBatch);
    buffer = buffer.slice(maxBatch);
    track(flush(batch));
    schedule();
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => bus.log.error({ consumer: consumer.durable, err: error }, 'batch was given back'))
      .finally(() => {
        flushes.delete(tracked);
        schedule();
      });
    flushes.add(tracked);
  }

  /** Retries for as long as the infrastructure fails; a data error is narrowed down to its message. */
  async function flush(batch: Array<Held<T>>): Promise<void> {
    const failure = await untilHandled(() => options.handle(batch));
    if (failure === undefined) return acknowledge(batch);
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) return dead(first, 'poison', [reasonOf(failure)]);
    const middle = Math.ceil(batch.length / 2);
    await flush(batch.slice(0, middle));
    await flush(batch.slice(middle));
  }

  async function dead(held: Held<unknown>, code: string, errors: string[]): Promise<void> {
    const { message } = held;
    bus.log.warn({ consumer: consumer.durable, subject: message.subject, seq: message.seq, code, errors: errors.slice(0, 5) }, 'message set aside in DEAD');
    await untilHandled(() => setAside(bus, {
      consumer: consumer.durable, stream: consumer.stream, streamSequence: message.seq, subject: message.subject,
      headers: readHeaders(message.headers), body: message.data, deliveries: held.deliveries,
      publishedAtMs: Math.floor(held.publishedAtMs), code, errors,
    }, Date.now()));
    options.onDead?.(code);
    acknowledge([held]);
  }

  /** Resolves with the error when it is the data's fault; throws only when stopping. */
  async function untilHandled(work: () => Promise<void>): Promise<unknown> {
    for (let backoffMs = 50; ; backoffMs = Math.min(backoffMs * 2, maxBackoffMs)) {
      try {
        await work();
        return undefined;
      } catch (error) {
        if (options.isDataError(error)) return error;
        bus.log.warn({ consumer: consumer.durable, reason: reasonOf(error), backoffMs }, 'batch failed, trying again');
        if (stopping.signal.aborted) throw error;
        await sleep(backoffMs, stopping.signal);
      }
    }
  }

  function acknowledge(batch: Array<Held<unknown>>): void {
    for (const { message, epoch } of batch) {
      out.delete(message);
      if (epoch === receiver.epoch()) message.ack();
      else message.nak();
    }
  }

  return {
    async stop() {
      await receiver.stop();
      while (buffer.length > 0 || flushes.size > 0) {
        startFlush();
        // A flush that cannot succeed now (database gone) must not hold up the stop: its messages come back to the next reader.
        await Promise.race([Promise.all(flushes), sleep(stopPatienceMs, stopping.signal).then(() => stopping.abort())]);
        if (stopping.signal.aborted) break;
      }
      stopping.abort();
      clearTimeout(timer);
      clearInterval(keepAlive);
    },
  };
}
