import {
  eventTypes, pushWorkConsumer, subjects, validator, type ConnectorManifest, type OrderDecision, type PushChange, type PushChanged, type PushOutcome, type PushWork,
  type PushWorkItem, type RateReport, type RegistryAccount, type RegistryActivation, type RegistryEntity,
} from '@pes/contracts';
import { connectBus, consumeBatches, decodeJson, ensureTopology, publish, publishAll, type Bus, type Consumption } from '@pes/messaging';
import { createLogger, loadConfig, startService, type RunningService } from '@pes/service-kit';
import { createPool, type Pool } from '@pes/store';
import { createTestDatabase, startNats, type NatsServer } from '@pes/testkit';
import { configSchema } from '../src/config.ts';
import { startDispatch } from '../src/start-dispatch.ts';
import { schema } from '../src/migrations.ts';

/** push-dispatch on real servers, with a connector and a Pressero core that the test plays itself. */
export interface RunningDispatch {
  nats: NatsServer;
  bus: Bus;
  db: Pool;
  /** Every work item handed out so far. */
  work: PushWorkItem[];
  /** Every change published so far. */
  changes: PushChange[];
  /** What the connector answers; undefined: it stays silent. */
  answer: (item: PushWorkItem) => PushOutcome | undefined;
  /** What it says about the provider's rate; undefined: nothing. */
  rate: () => RateReport | undefined;
  announce(manifest: ConnectorManifest): Promise<void>;
  register(events: { accounts?: RegistryAccount[]; activations?: RegistryActivation[]; entities?: RegistryEntity[] }): Promise<void>;
  decide(...decisions: OrderDecision[]): Promise<void>;
  newestChange(orderNumber: number, accountId?: string): PushChange | undefined;
  startDispatch(): Promise<void>;
  stopDispatch(): Promise<void>;
  stop(): Promise<void>;
}

const topology = { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 };

export async function runDispatch(settings: Record<string, string> = {}): Promise<RunningDispatch> {
  const nats = await startNats();
  const database = await createTestDatabase();
  const bus = await connectBus({ servers: nats.url, name: 'test' });
  await ensureTopology(bus, topology);
  const consumptions: Consumption[] = [];
  let service: RunningService | undefined;
  let serial = 0;

  const running: RunningDispatch = {
    nats, bus, work: [], changes: [],
    db: createPool({ url: database.url, applicationName: 'test', maxConnections: 2, schema }),
    answer: (item) => ({ kind: 'accepted', providerRef: `at-acme-${item.push.reference}` }),
    rate: () => undefined,
    async announce(manifest) {
      await publish(bus, { subject: subjects.connectorManifest(manifest.provider), type: eventTypes.connectorManifest, id: `manifest-${serial += 1}`, source: 'test', data: manifest });
    },
    async register({ accounts = [], activations = [], entities = [] }) {
      const event = (subject: string, type: string, data: object) => ({ subject, type, id: `registry-${serial += 1}`, source: 'test', data });
      await publishAll(bus, [
        ...accounts.map((a) => event(subjects.registryAccount(a.subscriberId, a.accountId), eventTypes.registryAccount, a)),
        ...activations.map((a) => event(subjects.registryActivation(a.subscriberId, a.siteId, a.accountId), eventTypes.registryActivation, a)),
        ...entities.map((e) => event(subjects.registryEntity(e.subscriberId, e.accountId, e.kind, e.entityId), eventTypes.registryEntity, e)),
      ]);
    },
    async decide(...decisions) {
      const [first] = decisions;
      if (first === undefined) return;
      await publish(bus, { subject: subjects.orderDecided(first.subscriberId), type: eventTypes.orderDecided, id: `decided-${serial += 1}`, source: 'test', data: { decisions } });
    },
    newestChange(orderNumber, accountId) {
      return running.changes
        .filter((change) => change.orderNumber === orderNumber && (accountId === undefined || change.accountId === accountId))
        .sort((a, b) => b.revision - a.revision)[0];
    },
    async startDispatch() {
      const loaded = loadConfig(configSchema, { NATS_URL: nats.url, DATABASE_URL: database.url, STREAM_STORAGE_MB: '512', ...settings });
      if (!loaded.ok) throw new Error(loaded.error.join('\n'));
      service = await startService({
        definition: { name: 'push-dispatch', configSchema, start: startDispatch }, config: loaded.value, log: createLogger({ service: 'push-dispatch', level: 'fatal' }),
      });
      await service.started;
    },
    async stopDispatch() {
      await service?.stop();
      service = undefined;
    },
    async stop() {
      await running.stopDispatch();
      await Promise.all(consumptions.map((consumption) => consumption.stop()));
      await bus.close();
      await running.db.end();
      await database.drop();
      await nats.stop();
    },
  };

  const shared = { isDataError: () => false, maxBatch: 50, maxWaitMs: 1, maxFlushes: 4 };
  consumptions.push(
    consumeBatches<PushWork>(bus, {
      ...shared, consumer: pushWorkConsumer('acme-press'), decode: decodeJson(validator('push-work')),
      handle: async (batch) => { for (const { value } of batch) await play(running, value); },
    }),
    consumeBatches<PushChanged>(bus, {
      ...shared, consumer: { stream: 'INTEGRATION', durable: 'core', filter: 'integration.push.changed.*', maxAckPending: 100, ackWaitMs: 2_000 }, decode: decodeJson(validator('push-changed')),
      handle: (batch) => { running.changes.push(...batch.flatMap(({ value }) => value.changes)); return Promise.resolve(); },
    }),
  );
  await running.startDispatch();
  return running;
}

/** The connector: notes the work and reports what the test wants it to. */
async function play(running: RunningDispatch, work: PushWork): Promise<void> {
  running.work.push(...work.orders);
  const results = work.orders.flatMap((item) => {
    const outcome = running.answer(item);
    const now = new Date().toISOString();
    return outcome === undefined ? [] : [{ pushId: item.pushId, fence: item.fence, startedAt: now, finishedAt: now, outcome, exchanges: [] }];
  });
  if (results.length === 0) return;
  const rate = running.rate();
  await publish(running.bus, {
    subject: subjects.outcomePush(work.provider, work.account.accountId), type: eventTypes.outcomePush,
    id: `outcome-${results.map((result) => `${result.pushId}:${result.fence}`).join()}`, source: 'test',
    data: { provider: work.provider, accountId: work.account.accountId, results, ...(rate !== undefined && { rate }) },
  });
}
