import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { ConsumerSpec } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { ensureConsumer, setAside, type Bus, type Decoded, type RawMessage } from '@pes/messaging';
import { createHeldMessages } from './held-messages.ts';

/**
 * Consumes messages that take long and are worked on side by side, each acknowledged by itself. No message is pulled before there is
 * room to start it: what waits in a buffer would come back as a redelivery after a crash, and a redelivered order may need a person.
 * (`consume()` pulls ahead and does not stop for a slow reader; `consumeBatches` acknowledges a batch when its slowest member is through.)
 *
 *   building ──consumer ensured──▶ pulling ──pull ended, room left──▶ pulling
 *                                     └──error: consumer or stream gone, heartbeats missed──▶ building
 *   any ──stop──▶ the open pull runs out (a second at most), what is held is finished
 */
export interface WorkConsumption {
  /** Pulls nothing more; resolves when everything held is through. */
  stop(): Promise<void>;
}

export interface ConsumeWorkOptions<T> {
  consumer: ConsumerSpec;
  decode(message: RawMessage): Decoded<T>;
  /** The message is acknowledged when this resolves, and comes back when it rejects. */
  handle(value: T, deliveryCount: number): Promise<void>;
  /** Messages and bytes held at once. */
  maxMessages: number;
  maxBytes: number;
  onDead?(code: string): void;
}

// A pull that gets nothing ends after this, which is also how long a stop waits for it: closing it early could strand a message on its way.
const pullExpiresMs = 1_000;
const rebuildDelayMs = 500;
// Room is given back in portions: a pull for every single freed place would cost more than the place is worth.
const smallestPull = 8;

function headersOf({ headers }: JsMsg): Record<string, string> {
  return headers === undefined ? {} : Object.fromEntries(headers.keys().map((key) => [key, headers.get(key)]));
}

/** Decodes and handles one message, or puts it into DEAD when it cannot be read. */
async function work<T>(bus: Bus, message: JsMsg, { consumer, decode, handle, onDead }: ConsumeWorkOptions<T>): Promise<void> {
  const { subject, data: body, seq, info: { deliveryCount, timestampNanos } } = message;
  const headers = headersOf(message);
  const decoded = decode({ subject, headers, body });
  if (decoded.ok) return handle(decoded.value, deliveryCount);
  const { code, errors } = decoded;
  bus.log.warn({ consumer: consumer.durable, subject, seq, code, errors: errors.slice(0, 5) }, 'message set aside in DEAD');
  await setAside(bus, {
    consumer: consumer.durable, stream: consumer.stream, streamSequence: seq, subject, headers, body,
    deliveries: deliveryCount, publishedAtMs: Math.floor(timestampNanos / 1_000_000), code, errors,
  }, Date.now());
  onDead?.(code);
}

export function consumeWork<T>(bus: Bus, options: ConsumeWorkOptions<T>): WorkConsumption {
  const { consumer, maxMessages, maxBytes } = options;
  const held = createHeldMessages(bus, consumer.ackWaitMs);
  const stopping = new AbortController();
  let pull: ConsumerMessages | undefined;

  function accept(message: JsMsg): void {
    const one = held.hold(message);
    void work(bus, message, options)
      .then(() => held.acknowledge(one))
      .catch((error: unknown) => bus.log.error({ consumer: consumer.durable, seq: message.seq, err: error }, 'message is left to come back'))
      .finally(() => held.release(one));
  }

  async function untilRoom(): Promise<number> {
    const least = Math.min(maxMessages, smallestPull);
    while (!stopping.signal.aborted && (held.bytes() >= maxBytes || maxMessages - held.count() < least)) await held.change();
    return stopping.signal.aborted ? 0 : maxMessages - held.count();
  }

  async function pullUntilBroken(): Promise<void> {
    await ensureConsumer(bus, consumer);
    const handle = await bus.js.consumers.get(consumer.stream, consumer.durable);
    for (let free = await untilRoom(); free > 0; free = await untilRoom()) {
      pull = await handle.fetch({ max_messages: free, expires: pullExpiresMs });
      for await (const message of pull) accept(message);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await pullUntilBroken();
      } catch (error) {
        bus.log.warn({ consumer: consumer.durable, reason: String(error) }, 'cannot pull, trying again');
        await sleep(rebuildDelayMs, stopping.signal);
      }
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      held.wake();
      const patience = new AbortController();
      // Without a connection the pull cannot run out by itself.
      await Promise.race([running, sleep(pullExpiresMs * 2, patience.signal).then(() => pull?.close())]);
      patience.abort();
      while (held.count() > 0) await held.change();
      held.close();
    },
  };
}
