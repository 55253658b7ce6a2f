import { JetStreamApiError, StorageType, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { consumers, pushWorkConsumer, streams, type ConsumerSpec } from '@pes/contracts';
import { newId } from '@pes/kernel';
import type { BrokerFacts, ConnectorFacts, ConsumerFacts, StreamFacts } from './broker-facts.ts';

const patienceMs = 5_000;
const notFound = new Set([10014, 10037, 10059]);

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof JetStreamApiError && notFound.has(error.code)) return undefined;
    throw error;
  }
}

async function streamFacts(jsm: JetStreamManager, name: string): Promise<StreamFacts> {
  const info = await orMissing(jsm.streams.info(name));
  return info === undefined ? { name } : { name, state: { messages: info.state.messages, bytes: info.state.bytes, maxBytes: info.config.max_bytes } };
}

async function consumerFacts(jsm: JetStreamManager, { stream, durable }: ConsumerSpec): Promise<ConsumerFacts> {
  const info = await orMissing(jsm.consumers.info(stream, durable));
  if (info === undefined) return { stream, durable };
  return { stream, durable, state: { undelivered: info.num_pending, unacknowledged: info.num_ack_pending, readers: info.num_waiting } };
}

/** Connectors say who they are when they start; the stream keeps the newest of each. */
async function announcedConnectors(jsm: JetStreamManager): Promise<ConnectorFacts[]> {
  const info = await orMissing(jsm.streams.info('CONNECTORS', { subjects_filter: 'connector.manifest.*' }));
  const found: ConnectorFacts[] = [];
  for (const subject of Object.keys(info?.state.subjects ?? {}).sort()) {
    const message = await jsm.streams.getMessage('CONNECTORS', { last_by_subj: subject });
    const { provider = subject, version = 'unknown' } = message?.json<{ provider?: string; version?: string }>() ?? {};
    if (message !== null) found.push({ provider, version, announcedAt: message.time.toISOString() });
  }
  return found;
}

/**
 * Publishes into a stream of its own, in memory, and reads at what time the server put it there; half of the round trip counts for the
 * way. The stream is gone afterwards. Null when this user may not make one.
 */
async function measureClock(nc: NatsConnection, jsm: JetStreamManager): Promise<number | null> {
  const id = newId();
  const name = `PES_DOCTOR_${id}`;
  const subject = `pes.doctor.${id}`;
  try {
    await jsm.streams.add({ name, subjects: [subject], storage: StorageType.Memory, max_msgs: 1 });
    const sentAtMs = Date.now();
    const { seq } = await jetstream(nc).publish(subject);
    const answeredAtMs = Date.now();
    const message = await jsm.streams.getMessage(name, { seq });
    return message === null ? null : Math.round((sentAtMs + answeredAtMs) / 2 - message.time.getTime());
  } catch {
    return null;
  } finally {
    await jsm.streams.delete(name).catch(() => undefined);
  }
}

/** Looks at everything that the topology says should be there. Throws when JetStream does not answer. */
export async function probeBroker(nc: NatsConnection): Promise<BrokerFacts> {
  const roundTripMs = await nc.rtt();
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: patienceMs });
  const connectors = await announcedConnectors(jsm);
  const specs: ConsumerSpec[] = [...Object.values(consumers), ...connectors.map(({ provider }) => pushWorkConsumer(provider))];
  return {
    serverVersion: nc.info?.version ?? 'unknown', roundTripMs, connectors,
    streams: await Promise.all(streams.map(({ name }) => streamFacts(jsm, name))),
    consumers: await Promise.all(specs.map((spec) => consumerFacts(jsm, spec))),
    clockAheadMs: await measureClock(nc, jsm),
  };
}
