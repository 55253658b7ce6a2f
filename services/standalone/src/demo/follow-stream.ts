import { sleep } from '@pes/kernel';
import type { Bus } from '@pes/messaging';

export interface StreamFollower {
  stop(): Promise<void>;
}

const againMs = 500;

/**
 * Reads a stream from its beginning and stays with it. After anything that breaks the reading (broker restarted, stream gone or rewound)
 * it starts at the beginning again, so `onMessage` sees messages more than once and must not mind.
 */
export function followStream(bus: Bus, source: { stream: string; filter: string }, onMessage: (body: unknown) => void): StreamFollower {
  const stopping = new AbortController();
  let close: () => Promise<unknown> = () => Promise.resolve();

  async function readOnce(): Promise<void> {
    const consumer = await bus.js.consumers.get(source.stream, { filter_subjects: source.filter });
    const messages = await consumer.consume({ max_messages: 500, expires: 5000 });
    close = () => messages.close();
    if (stopping.signal.aborted) await messages.close();
    void watchStatus(messages.status(), () => void messages.close()).catch(() => undefined);
    for await (const message of messages) onMessage(parse(message.data));
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await readOnce().catch(() => undefined);
      await sleep(againMs, stopping.signal);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await close();
      await running;
    },
  };
}

const decoder = new TextDecoder();

/** Undefined for what is no JSON: it is in the stream for good, and reading must go on behind it. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** An ordered consumer recovers from much by itself, but can also wait for ever on a broker that came back without its past. */
async function watchStatus(status: AsyncIterable<{ type: string; count?: number }>, restart: () => void): Promise<void> {
  for await (const { type, count = 0 } of status) {
    if (type === 'stream_not_found' || type === 'consumer_not_found' || (type === 'heartbeats_missed' && count >= 2)) restart();
  }
}
