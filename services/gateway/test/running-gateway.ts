import type { DeadPush } from '@pes/contracts';
import { callRpc, connectBus, ensureTopology, publishAll, type Bus } from '@pes/messaging';
import { createLogger, loadConfig, startService, type RunningService } from '@pes/service-kit';
import { createPool, type Pool } from '@pes/store';
import { createTestDatabase, startNats, waitUntil, type NatsServer } from '@pes/testkit';
import { configSchema } from '../src/config.ts';
import { schema } from '../src/migrations.ts';
import { subjectOf, type Verb } from '../src/requests.ts';
import { startGateway } from '../src/start-gateway.ts';
import { deadPushMessage } from './fixtures.ts';
import { playDispatch, type PlayedDispatch } from './play-dispatch.ts';

/** The gateway on real servers, beside a push-dispatch that the test plays. */
export interface RunningGateway {
  nats: NatsServer;
  bus: Bus;
  db: Pool;
  databaseUrl: string;
  dispatch: PlayedDispatch;
  request<T = Record<string, unknown>>(verb: Verb, params?: object): Promise<T>;
  /** Dead in push-dispatch and said so; resolves when the gateway has stored all of them. */
  die(...pushes: DeadPush[]): Promise<void>;
  /** Another replica beside those that run. */
  start(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

const topology = { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 };

export async function runGateway(settings: Record<string, string> = {}): Promise<RunningGateway> {
  const nats = await startNats();
  const database = await createTestDatabase();
  const bus = await connectBus({ servers: nats.url, name: 'test' });
  await ensureTopology(bus, topology);
  const dispatch = playDispatch(bus);
  const services: RunningService[] = [];

  const running: RunningGateway = {
    nats, bus, dispatch, databaseUrl: database.url,
    db: createPool({ url: database.url, applicationName: 'test', maxConnections: 2, schema }),
    request: async <T>(verb: Verb, params: object = {}) => (await callRpc(bus, subjectOf(verb), params, 10_000)) as T,
    async die(...pushes) {
      dispatch.add(...pushes);
      await publishAll(bus, pushes.map(deadPushMessage));
      const keys = pushes.map(({ pushId, revision }) => `push:${pushId}:${revision}`);
      await waitUntil(async () => (await running.db.query('select from dead_letter where key = any($1)', [keys])).rowCount === keys.length, { what: 'dead letters to be stored' });
    },
    async start() {
      const loaded = loadConfig(configSchema, { NATS_URL: nats.url, DATABASE_URL: database.url, STREAM_STORAGE_MB: '512', ...settings });
      if (!loaded.ok) throw new Error(loaded.error.join('\n'));
      const service = await startService({
        definition: { name: 'gateway', configSchema, start: startGateway }, config: loaded.value, log: createLogger({ service: 'gateway', level: process.env['TEST_LOG'] ?? 'fatal' }),
      });
      services.push(service);
      await service.started;
    },
    async stop() {
      await Promise.all(services.splice(0).map((service) => service.stop()));
    },
    async close() {
      await running.stop();
      await dispatch.stop();
      await bus.close();
      await running.db.end();
      await database.drop();
      await nats.stop();
    },
  };
  await running.start();
  return running;
}
