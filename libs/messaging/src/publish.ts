import type { PubAck } from '@nats-io/jetstream';
import { sleep } from '@pes/kernel';
import { encodeBody, encodeHeaders, type OutMessage } from './cloud-event.ts';
import type { Bus } from './connect.ts';

// PubAcks in flight at once. Measured best between 64 and 256: beyond that the client's CPU is the limit.
const windowSize = 128;
// A leader change shows as "no responders" or a timeout; it is over in well under a second.
const retryDelaysMs = [250, 500];

async function publishOnce(bus: Bus, message: OutMessage, body: Uint8Array): Promise<PubAck> {
  return bus.js.publish(message.subject, body, { msgID: message.id, headers: encodeHeaders(message) });
}

/**
 * Publishes one message and waits for its PubAck. A PubAck is not durability: the broker answers before it has synced its disk, so the
 * sender keeps what it needs to publish again. Throws when the broker stays silent or refuses; the message may then still have arrived.
 */
export async function publish(bus: Bus, message: OutMessage): Promise<PubAck> {
  const body = encodeBody(message);
  for (const delayMs of retryDelaysMs) {
    try {
      return await publishOnce(bus, message, body);
    } catch {
      await sleep(delayMs);
    }
  }
  return publishOnce(bus, message, body);
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
