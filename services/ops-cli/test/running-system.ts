import { fileURLToPath } from 'node:url';
import {
  eventTypes, pushWorkConsumer, schemas, subjects, validator, type ConnectorManifest, type OrderDecision, type OrderSnapshot, type PushOutcome, type PushWork, type RegistryAccount,
} from '@pes/contracts';
import { newId } from '@pes/kernel';
import { connectBus, consumeBatches, decodeJson, ensureTopology, publish, publishAll, type Bus } from '@pes/messaging';
import { createPool, type Pool } from '@pes/store';
import { createTestDatabase, spawnProcess, startNats, waitUntil, type SpawnedProcess } from '@pes/testkit';
import { pes, type Person, type Ran } from './played-terminal.ts';

/** The gateway and push-dispatch as processes on real servers; the test plays the connector. */
export interface RunningSystem {
  natsUrl: string;
  bus: Bus;
  dispatchDb: Pool;
  gateway: SpawnedProcess;
  /** What the provider says to every order. */
  outcome: PushOutcome;
  /** Orders as the provider got them. */
  ledger: Map<string, number>;
  pes(argv: readonly string[], person?: Person): Promise<Ran>;
  /** --json, and the answer read. */
  json<T = Record<string, unknown>>(argv: readonly string[]): Promise<T>;
  /** That many orders for an account; resolves with their references once the pushes are in the given state. */
  orders(count: number, state: string, accountId?: string): Promise<string[]>;
  /** Their attempts are used up; resolves when the gateway has their dead letters. */
  kill(references: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export const ids = {
  subscriber: '44444444-0000-7000-8000-000000000001', site: '44444444-0000-7000-8000-000000000002',
  east: '44444444-0000-7000-8000-00000000ea57', west: '44444444-0000-7000-8000-000000003e57',
};
const siteOf: Record<string, string> = { [ids.east]: ids.site, [ids.west]: '44444444-0000-7000-8000-000000000003' };
const prefixOf: Record<string, string> = { [ids.east]: 'AE-', [ids.west]: 'AW-' };

function exampleOf<T>(name: Parameters<typeof schemas.get>[0]): T {
  return structuredClone(schemas.get(name)?.examples?.[0]) as T;
}

let orderNumber = 2000;

function decisionFor(siteId: string): OrderDecision {
  orderNumber += 1;
  const example = exampleOf<OrderSnapshot>('order-snapshot');
  const order: OrderSnapshot = { ...example, orderId: newId(), orderNumber, version: 1, subscriberId: ids.subscriber, siteId, items: example.items.slice(0, 1) };
  return {
    orderId: order.orderId, orderNumber, version: 1, subscriberId: ids.subscriber, siteId, result: 'eligible', final: false, reasons: [], itemNumbers: [order.items[0]!.itemNumber],
    decidedAt: new Date().toISOString(), order,
  };
}

async function register(bus: Bus, db: Pool): Promise<void> {
  const manifest: ConnectorManifest = {
    ...exampleOf<ConnectorManifest>('connector-manifest'), provider: 'acme-press', version: '3.1.4', mappings: [], idempotency: 'natural-key',
    rateLimit: { requests: 100_000, perSeconds: 1, requestsPerPush: 1 },
  };
  const accounts = ([['Acme East', ids.east], ['Acme West', ids.west]] as const).map(([name, accountId]): RegistryAccount => ({
    accountId, subscriberId: ids.subscriber, provider: 'acme-press', name, state: 'active', referencePrefix: prefixOf[accountId]!, settings: {}, sealedCredentials: 'sealed', version: 1,
  }));
  const event = (subject: string, type: string, data: object) => ({ subject, type, id: newId(), source: 'test', data });
  await publish(bus, event(subjects.connectorManifest('acme-press'), eventTypes.connectorManifest, manifest));
  await publishAll(bus, accounts.map((account) => event(subjects.registryAccount(ids.subscriber, account.accountId), eventTypes.registryAccount, account)));
  await publishAll(bus, accounts.map(({ accountId }) => event(subjects.registryActivation(ids.subscriber, siteOf[accountId]!, accountId), eventTypes.registryActivation, {
    subscriberId: ids.subscriber, siteId: siteOf[accountId], accountId, enabled: true, live: true, settings: {}, version: 1,
  })));
  await waitUntil(async () => (await db.query('select from lane')).rowCount === 2 && (await db.query('select from activation')).rowCount === 2, { timeoutMs: 20_000 });
}

export async function runSystem(): Promise<RunningSystem> {
  const nats = await startNats();
  const database = await createTestDatabase();
  const bus = await connectBus({ servers: nats.url, name: 'test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 });
  const env = { NATS_URL: nats.url, DATABASE_URL: database.url, STREAM_STORAGE_MB: '512', LOG_LEVEL: 'warn', COMPARE_DEAD_MS: '500' };
  const startService = (entry: string) => spawnProcess({ entry: fileURLToPath(new URL(entry, import.meta.url)), env });
  const [dispatch, gateway] = await Promise.all([startService('../../push-dispatch/src/main.ts'), startService('../../gateway/src/main.ts')]);
  await Promise.all([dispatch.ready(60_000), gateway.ready(60_000)]);
  const dispatchDb = createPool({ url: database.url, applicationName: 'test', maxConnections: 1, schema: 'dispatch' });
  await register(bus, dispatchDb);

  const stateCount = async (numbers: readonly number[], state: string): Promise<number> =>
    (await dispatchDb.query('select from push where order_number = any($1) and state = $2', [numbers, state])).rowCount ?? 0;

  const running: RunningSystem = {
    natsUrl: nats.url, bus, dispatchDb, gateway, outcome: { kind: 'accepted', providerRef: 'P-1' }, ledger: new Map(),
    pes: (argv, person = {}) => pes(argv, { natsUrl: nats.url, ...person }),
    async json<T>(argv: readonly string[]) {
      const { out, err } = await running.pes([...argv, '--json']);
      if (out === '') throw new Error(`pes ${argv.join(' ')} printed nothing: ${err}`);
      return JSON.parse(out) as T;
    },
    async orders(count, state, accountId = ids.east) {
      const decisions = Array.from({ length: count }, () => decisionFor(siteOf[accountId]!));
      await publish(bus, { subject: subjects.orderDecided(ids.subscriber), type: eventTypes.orderDecided, id: newId(), source: 'test', data: { decisions } });
      const numbers = decisions.map((decision) => decision.orderNumber);
      await waitUntil(async () => (await stateCount(numbers, state)) === count, { timeoutMs: 20_000, what: `${count} pushes to be ${state}` });
      return numbers.map((number) => `${prefixOf[accountId]!}${number}`);
    },
    async kill(references) {
      await dispatchDb.query(`update push set state = 'dead', code = 'attempts_exhausted', message = 'Not sent: all 8 attempts failed.', run_at = null, attempt = 8, failures = 8,
        revision = revision + 1, updated_at = now() where reference = any($1)`, [references]);
      for (const reference of references) {
        await waitUntil(async () => (await running.json<{ total: number }>(['dlq', 'list', '--text', reference])).total === 1, { timeoutMs: 20_000 });
      }
    },
    async stop() {
      await consumption.stop();
      await Promise.all([gateway.stop(), dispatch.stop()]);
      await bus.close();
      await dispatchDb.end();
      await database.drop();
      await nats.stop();
    },
  };

  const consumption = consumeBatches<PushWork>(bus, {
    consumer: pushWorkConsumer('acme-press'), decode: decodeJson(validator('push-work')), isDataError: () => false, maxBatch: 20, maxWaitMs: 1, maxFlushes: 2,
    handle: async (batch) => { for (const { value } of batch) await play(running, value); },
  });
  return running;
}

async function play(running: RunningSystem, { provider, account: { accountId }, orders }: PushWork): Promise<void> {
  const now = new Date().toISOString();
  const results = orders.map(({ pushId, fence, push: { reference } }) => {
    if (running.outcome.kind === 'accepted') running.ledger.set(reference, (running.ledger.get(reference) ?? 0) + 1);
    return { pushId, fence, startedAt: now, finishedAt: now, outcome: running.outcome, exchanges: [] };
  });
  await publish(running.bus, {
    subject: subjects.outcomePush(provider, accountId), type: eventTypes.outcomePush, id: results.map(({ pushId, fence }) => `${pushId}:${fence}`).join(), source: 'test',
    data: { provider, accountId, results },
  });
}
