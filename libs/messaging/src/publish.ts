import type { PubAck } from '@nats-io/jetstream';
import { sleep } from '@pes/kernel';
import { encodeBody, encodeHeaders, type OutMessage } from './cloud-event.ts';
import type { Bus } from './connect.ts';

// PubAcks in flight at once. Measured best between 64 and 256: beyond that the client's CPU is the limit.
const windowSize = 128;
/**
 * How long each try waits for its PubAck. What goes out while the connection breaks is lost without an error, so the first tries are short:
 * with 5 s the first event after a broker restart came 5.3 s late. A repeat of a slow one is dropped by its id.
 */
const ackPatienceMs = [1_000, 2_000, 5_000];
// "No responders" during a leader change answers at once; it is over in well under a second.
const pauseMs = 250;

/**
 * Publishes one message and waits for its PubAck. A PubAck is not durability: the broker answers before it has synced its disk, so the
 * sender keeps what it needs to publish again. Throws when the broker stays silent or refuses; the message may then still have arrived.
 */
export async function publish(bus: Bus, message: OutMessage): Promise<PubAck> {
  const body = encodeBody(message);
  const options = { msgID: message.id, headers: encodeHeaders(message) };
  let failure: unknown;
  for (const timeout of ackPatienceMs) {
    try {
      return await bus.js.publish(message.subject, body, { ...options, timeout });
    } catch (error) {
      failure = error;
      await sleep(pauseMs);
    }
  }
  throw failure;
}

/** Publishes all, a window at a time, in order of the list. Throws on the first that cannot be published; earlier ones are out. */
export async function publishAll(bus: Bus, messages: readonly OutMessage[]): Promise<PubAck[]> {
  const acks: PubAck[] = new Array<PubAck>(messages.length);
  let next = 0;
  async function work(): Promise<void> {
    while (next < messages.length) {
      const index = next++;
      acks[index] = await publish(bus, messages[index] as OutMessage);
    }
  }
  await Promise.all(Array.from({ length: Math.min(windowSize, messages.length) }, work));
  return acks;
}
