import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, subjects } from '@pes/contracts';
import { connectBus, ensureTopology, type Bus, type OutMessage } from '@pes/messaging';
import { createLogger } from '@pes/service-kit';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase, startNats, type NatsServer } from '@pes/testkit';
import { createIntegrationEvents } from '../src/entry-points/integration-events.ts';
import { migrations, schema } from '../src/migrations.ts';
import { ids } from './order-fixture.ts';

let nats: NatsServer;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let bus: Bus;
let db: Pool;

beforeAll(async () => {
  nats = await startNats();
  database = await createTestDatabase();
  bus = await connectBus({ servers: nats.url, name: 'test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 });
  await migrate({ url: database.url, schema, migrations });
  db = createPool({ url: database.url, applicationName: 'test', maxConnections: 2, schema });
});
afterAll(async () => {
  await bus.close();
  await db.end();
  await database.drop();
  await nats.stop();
});

const messages = (name: string, count: number): OutMessage[] => Array.from({ length: count }, (_, n) => ({
  subject: subjects.pushChanged(ids.subscriber), type: eventTypes.pushChanged, id: `${name}-${n}`, source: 'test', data: { n },
}));

function watched(): { warnings: string[]; log: ReturnType<typeof createLogger> } {
  const warnings: string[] = [];
  const log = createLogger({ service: 'test', level: 'fatal' });
  log.warn = (_fields: unknown, text?: string) => { warnings.push(String(text)); };
  return { warnings, log };
}

describe('integration events', () => {
  it('does not take confirmations that cross for a stream that fell back', async () => {
    const { warnings, log } = watched();
    const events = await createIntegrationEvents(bus, db, log);
    // The second publish begins before the first one ends, and is confirmed in between.
    await Promise.all(Array.from({ length: 8 }, (_, n) => events.publish(messages(`crossing-${n}`, 20 + n * 150))));
    await events.verify();
    expect(warnings).toEqual([]);
  });

  it('does not take what is confirmed during the comparison for a stream that fell back', async () => {
    const { warnings, log } = watched();
    const events = await createIntegrationEvents(bus, db, log);
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([events.publish(messages(`during-${round}`, 40)), events.verify(), events.publish(messages(`beside-${round}`, 5))]);
    }
    expect(warnings).toEqual([]);
  });

  it('notices a stream that fell back', async () => {
    const { warnings, log } = watched();
    const events = await createIntegrationEvents(bus, db, log);
    const snapshot = await nats.snapshotStore();
    await events.publish(messages('forgotten', 5));
    await nats.restoreStore(snapshot);
    await events.publish(messages('after', 2));
    await events.verify();
    expect(warnings).toEqual(['the stream fell back; events were published again']);
  });
});
