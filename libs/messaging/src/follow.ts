import { DeliverPolicy } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';

/** A message of a stream, read beside its durable consumers. */
export interface FollowedMessage {
  sequence: number;
  subject: string;
  body: Uint8Array;
}

export interface FollowOptions {
  stream: string;
  filter: string;
  /** The next message has a higher sequence than this. */
  after: number;
  /** The next message is asked for when it resolves: a slow reader lets the rest wait in the broker. */
  onMessage(message: FollowedMessage): Promise<void>;
}

export interface Following {
  /** Resolves when it ends, by `stop` or because the consumer cannot be had any more; rejects when `onMessage` does. */
  done: Promise<void>;
  stop(): Promise<void>;
}

const ahead = 64;

/**
 * Reads a stream from a place on, for one reader that keeps its own place: nothing is acknowledged and nothing is left at the broker. After
 * a reconnect the stream may be an older copy of itself, in which the place means something else; end it then and look where the stream is.
 */
export async function follow(bus: Bus, { stream, filter, after, onMessage }: FollowOptions): Promise<Following> {
  const consumer = await bus.js.consumers.get(stream, { filter_subjects: [filter], deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 });
  const messages = await consumer.consume({ max_messages: ahead });

  async function run(): Promise<void> {
    for await (const { seq, subject, data } of messages) await onMessage({ sequence: seq, subject, body: data });
  }

  const done = run();
  // Whoever waits for `done` hears of it; nobody may.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      await messages.close();
      // The broker drops it by itself after a while.
      await consumer.delete().catch(() => undefined);
    },
  };
}

/** Sequences of the first and the last message that a stream holds; of an empty one the first lies behind the last. */
export async function streamBounds(bus: Bus, stream: string): Promise<{ first: number; last: number }> {
  const { state } = await bus.jsm.streams.info(stream);
  return { first: state.messages === 0 ? state.last_seq + 1 : state.first_seq, last: state.last_seq };
}
