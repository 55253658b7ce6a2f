import { AckPolicy, DeliverPolicy, DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType, type ConsumerConfig, type StreamConfig } from '@nats-io/jetstream';
import { streams, type ConsumerSpec, type StreamSpec } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import type { Bus } from './connect.ts';

export interface TopologyOptions {
  /** Copies of each stream in a NATS cluster. */
  replicas: number;
  /** Storage that all streams together may take; a full stream refuses new messages and the senders wait. */
  storageBudgetBytes: number;
}

const nanos = 1_000_000;
// Long enough for a batch that is retried after a lost PubAck; the tables are the real guard against duplicates.
const duplicateWindowMs = 120_000;
const streamNotFound = 10059;

function streamConfig(spec: StreamSpec, { replicas, storageBudgetBytes }: TopologyOptions): StreamConfig {
  return {
    name: spec.name,
    subjects: spec.subjects,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: spec.maxAgeHours * 3_600_000 * nanos,
    max_bytes: Math.floor((storageBudgetBytes * spec.budgetPercent) / 100),
    max_msgs_per_subject: spec.newestPerSubject === true ? 1 : -1,
    // With one message per subject a new one replaces the old one, which "new" alone would refuse.
    ...(spec.newestPerSubject === true ? { discard: DiscardPolicy.Old } : {}),
    num_replicas: replicas,
    duplicate_window: duplicateWindowMs * nanos,
  } as StreamConfig;
}

async function ensureStream(bus: Bus, config: StreamConfig): Promise<void> {
  try {
    await bus.jsm.streams.update(config.name, config);
  } catch (error) {
    if (!isStreamMissing(error)) throw error;
    await bus.jsm.streams.add(config);
  }
}

/** Creates or updates every stream. Idempotent; any service may call it, several at once. */
export async function ensureTopology(bus: Bus, options: TopologyOptions): Promise<void> {
  bus.topology = options;
  for (const spec of streams) await ensureStream(bus, streamConfig(spec, options));
}

function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === streamNotFound;
}

/**
 * Creates or updates a durable pull consumer. No delivery limit at the server: there a message past the limit is stuck without a word.
 * The reader counts deliveries instead and sets a message aside in DEAD, see consume-batches.ts.
 */
export async function ensureConsumer(bus: Bus, spec: ConsumerSpec): Promise<void> {
  const config: Partial<ConsumerConfig> = {
    durable_name: spec.durable,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: spec.ackWaitMs * nanos,
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
  };
  try {
    await bus.jsm.consumers.add(spec.stream, config);
  } catch (error) {
    // A broker that lost or rewound its store may lack the stream: make it again, the next try finds it.
    if (isStreamMissing(error) && bus.topology !== undefined) await ensureTopology(bus, bus.topology);
    throw error;
  }
}

/**
 * Waits until a consumer has nothing left to deliver or to acknowledge, at most `timeoutMs`. For projections that must be complete before
 * what depends on them is read. Answers whether it got there.
 */
export async function waitUntilCaughtUp(bus: Bus, { stream, durable }: ConsumerSpec, timeoutMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  while (Date.now() < deadlineMs) {
    const info = await bus.jsm.consumers.info(stream, durable).catch(() => undefined);
    if (info !== undefined && info.num_pending === 0 && info.num_ack_pending === 0) return true;
    await sleep(50);
  }
  return false;
}
