import { streams } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { publish } from '@pes/messaging';
import { inTransaction } from '@pes/store';
import { doubtStream, dueMessages, markChecked, markPublished, newestKept, uncheckedMessages, type Publication, type UncheckedMessage } from '../data-access/outbox.sql.ts';
import type { Gateway } from '../gateway.ts';

/**
 * What people asked for is committed with its audit entry and published from the table:
 *
 *   due ──PubAck──▶ published ──still in the stream once the broker must have synced it──▶ kept
 *    ▲                  └─not there any more──┐
 *    └──────────────────────────────────────────┘
 *
 * A PubAck alone is not durability. Every message carries its id, so publishing it again is harmless.
 */
export interface OutboxRelay {
  wake(): void;
  stop(): Promise<void>;
}

const idleMs = 1_000;

async function publishDue(gateway: Gateway): Promise<number> {
  return inTransaction(gateway.db, async (client) => {
    const due = await dueMessages(client);
    const published: Publication[] = [];
    // One after the other, in order.
    for (const message of due) {
      const ack = await publish(gateway.bus, message);
      published.push({ id: message.id, stream: ack.stream, sequence: ack.seq });
    }
    await markPublished(client, published);
    return due.length;
  });
}

export function startOutboxRelay(gateway: Gateway): OutboxRelay {
  const stopping = new AbortController();
  let signal = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { promise } = signal;
      try {
        if (await publishDue(gateway) > 0) continue;
      } catch (error) {
        gateway.log.warn({ err: error }, 'commands could not be published, trying again');
        await sleep(idleMs / 2, stopping.signal);
        continue;
      }
      await Promise.race([promise, sleep(idleMs, stopping.signal)]);
      signal = Promise.withResolvers<void>();
    }
  }

  const running = run();
  return {
    wake: () => signal.resolve(),
    async stop() {
      stopping.abort();
      signal.resolve();
      await running;
    },
  };
}

const tables = new Set(streams.filter((spec) => spec.newestPerSubject === true).map(({ name }) => name));

function versionOf(data: unknown): number | undefined {
  const version = (data as { version?: unknown } | null)?.version;
  return typeof version === 'number' ? version : undefined;
}

/**
 * Where a newer message takes the place of an older one, absence proves nothing, and publishing again could undo the newer one: kept means
 * that the subject has this version or a later one. Without numbers that tell, it counts as kept.
 */
async function isKeptInTable({ bus }: Gateway, { id, stream, subject, data }: UncheckedMessage): Promise<boolean> {
  const ours = versionOf(JSON.parse(data));
  const newest = await bus.jsm.streams.getMessage(stream, { last_by_subj: subject });
  if (newest?.header.get('ce-id') === id || ours === undefined) return true;
  const theirs = newest === null ? undefined : versionOf(newest.json());
  return newest === null ? false : theirs === undefined || theirs >= ours;
}

async function isKept(gateway: Gateway, message: UncheckedMessage): Promise<boolean> {
  const { id, stream, sequence } = message;
  if (tables.has(stream)) return isKeptInTable(gateway, message);
  const stored = await gateway.bus.jsm.streams.getMessage(stream, { seq: sequence });
  return stored?.header.get('ce-id') === id;
}

/**
 * Looks for what was published in its stream. What a rewound or emptied stream lost is published again. The newest message of each stream
 * that was found before stands for all of them: is it gone, the stream was rewound later on, and every one is looked for again.
 */
export async function checkOutbox(gateway: Gateway): Promise<void> {
  for (const newest of await newestKept(gateway.db)) {
    if (!await isKept(gateway, newest)) await doubtStream(gateway.db, newest.stream);
  }
  const unchecked = await uncheckedMessages(gateway.db, gateway.config.OUTBOX_CHECK_MS);
  const checked = [];
  for (const publication of unchecked) checked.push({ id: publication.id, kept: await isKept(gateway, publication) });
  await markChecked(gateway.db, checked);
  const lost = checked.filter(({ kept }) => !kept).length;
  if (lost === 0) return;
  gateway.log.warn({ lost }, 'the broker lost commands; they are published again');
  gateway.wakeOutbox();
}
