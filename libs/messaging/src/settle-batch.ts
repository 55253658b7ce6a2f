import type { JsMsg } from '@nats-io/jetstream';
import { sleep } from '@pes/kernel';
import type { Bus } from './connect.ts';
import type { ConsumeOptions, Received } from './consume-types.ts';
import { readHeaders } from './cloud-event.ts';
import { setAside } from './dead-letter.ts';
import { reasonOf } from './log.ts';

export interface Held<T> extends Received<T> {
  message: JsMsg;
  epoch: number;
}

export interface Settlement<T> {
  /** Handles a batch to its end: acknowledged, or in DEAD. Rejects only when the reader stops while the infrastructure fails. */
  flush(batch: Array<Held<T>>): Promise<void>;
  dead(held: Held<unknown>, code: string, errors: string[]): Promise<void>;
}

export interface SettlementState {
  /** Messages that are kept alive until they are settled. */
  out: Set<JsMsg>;
  stopping: AbortSignal;
  epoch(): number;
}

const maxBackoffMs = 2_000;

/** What becomes of messages that were decoded; see consume-batches.ts for the whole picture. */
export function createSettlement<T>(bus: Bus, options: ConsumeOptions<T>, { out, stopping, epoch }: SettlementState): Settlement<T> {
  const { consumer } = options;

  /** Resolves with the error when it is the data's fault; throws only when stopping. */
  async function untilHandled(work: () => Promise<void>): Promise<unknown> {
    for (let backoffMs = 50; ; backoffMs = Math.min(backoffMs * 2, maxBackoffMs)) {
      try {
        await work();
        return undefined;
      } catch (error) {
        if (options.isDataError(error)) return error;
        bus.log.warn({ consumer: consumer.durable, reason: reasonOf(error), backoffMs }, 'batch failed, trying again');
        if (stopping.aborted) throw error;
        await sleep(backoffMs, stopping);
      }
    }
  }

  function acknowledge(batch: Array<Held<unknown>>): void {
    const current = epoch();
    for (const held of batch) {
      out.delete(held.message);
      if (held.epoch === current) held.message.ack();
      else held.message.nak();
    }
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

  return { flush, dead };
}
