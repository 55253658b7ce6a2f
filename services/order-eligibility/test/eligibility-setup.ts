import { eventTypes, subjects, validator, type DeadLetter, type OrderDecision, type OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { connectBus, ensureTopology, publish, type Bus, type BusLog } from '@pes/messaging';
import { Registry } from '@pes/service-kit';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase, startNats, type NatsServer } from '@pes/testkit';
import { createPartitions, type Partitions } from '../src/data-access/partitions.ts';
import { decide, type Decision } from '../src/domain/decision.ts';
import type { InvalidItemPolicy } from '../src/domain/evaluate-gate.ts';
import { createMetrics, type EligibilityMetrics } from '../src/metrics.ts';
import { migrations } from '../src/migrations.ts';

export interface TestStore {
  url: string;
  pool: Pool;
  partitions: Partitions;
  close(): Promise<void>;
}

/** A database of its own with the service's schema. */
export async function openTestStore(): Promise<TestStore> {
  const database = await createTestDatabase();
  await migrate({ url: database.url, schema: 'eligibility', migrations });
  const pool = createPool({ url: database.url, schema: 'eligibility', applicationName: 'eligibility-test', maxConnections: 10 });
  return {
    url: database.url, pool, partitions: createPartitions(pool),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export interface TestService extends TestStore {
  nats: NatsServer;
  bus: Bus;
  metrics: EligibilityMetrics;
  registry: Registry;
  log: BusLog;
}

/** Database, broker with all streams, and everything that the entry points are wired from. */
export async function openTestService(): Promise<TestService> {
  const [store, nats] = await Promise.all([openTestStore(), startNats()]);
  const bus = await connectBus({ servers: nats.url, name: 'eligibility-test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 256 * 1024 * 1024 });
  const registry = new Registry();
  return {
    ...store, nats, bus, registry, metrics: createMetrics(registry), log: bus.log,
    async close() {
      await bus.close();
      await nats.stop();
      await store.close();
    },
  };
}

export function decisionOn(order: OrderSnapshot, policy?: InvalidItemPolicy): Decision {
  const policies = new Map(policy === undefined ? [] : [[order.siteId, policy]]);
  return decide({ order, snapshotJson: JSON.stringify(order) }, policies);
}

export async function publishOrder(bus: Bus, order: OrderSnapshot, text = JSON.stringify({ order })): Promise<void> {
  await publish(bus, { subject: subjects.presseroOrder('updated', order.subscriberId), type: eventTypes.presseroOrder, id: newId(), source: 'test', data: text });
}

/** Every message of a stream that is still there, in order. */
async function readStream(bus: Bus, stream: string): Promise<{ subject: string; data: unknown }[]> {
  const { state } = await bus.jsm.streams.info(stream);
  const sequences = Array.from({ length: state.messages === 0 ? 0 : state.last_seq - state.first_seq + 1 }, (_, index) => state.first_seq + index);
  const messages = await Promise.all(sequences.map((seq) => bus.jsm.streams.getMessage(stream, { seq })));
  return messages.flatMap((message) => (message === null ? [] : [{ subject: message.subject, data: message.json() }]));
}

const checkDecided = validator('order-decided');

/** Published decisions in order of publication; throws when a message breaks the contract or names another subscriber in its subject. */
export async function publishedDecisions(bus: Bus): Promise<OrderDecision[]> {
  const messages = await readStream(bus, 'ORDERS');
  return messages.flatMap(({ subject, data }) => {
    const checked = checkDecided(data);
    if (!checked.ok) throw new Error(checked.errors.join('; '));
    const strays = checked.value.decisions.filter((decision) => subject !== subjects.orderDecided(decision.subscriberId));
    if (strays.length > 0) throw new Error(`${subject} carries a decision of ${strays[0]?.subscriberId ?? ''}`);
    return checked.value.decisions;
  });
}

export async function deadLetters(bus: Bus): Promise<DeadLetter[]> {
  return (await readStream(bus, 'DEAD')).map(({ data }) => data as DeadLetter);
}
