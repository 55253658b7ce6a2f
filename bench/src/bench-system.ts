import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumers } from '@pes/contracts';
import { connectBus, ensureTopology, publishAll, waitUntilCaughtUp, type Bus } from '@pes/messaging';
import { startSystem, type RunningSystem } from '@pes/standalone';
import { registryEvents, simulatorConfig } from './bench-accounts.ts';
import { watchSentOrders, type SentOrders } from './sent-orders.ts';

export interface BenchSystem {
  system: RunningSystem;
  bus: Bus;
  sent: SentOrders;
  /** Processes whose CPU time counts, by name. */
  pids(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

type ServiceEnv = Record<string, string>;

const storageBudgetBytes = 4 * 1024 * 1024 * 1024;

/** The naive way: one message, one statement, one order at a time, sixteen of them at once. */
export const naiveEnv: { eligibility: ServiceEnv; dispatch: ServiceEnv } = {
  eligibility: { BATCH_MAX: '1', BATCH_WAIT_MS: '0', BATCH_FLUSHES: '16', DATABASE_MAX_CONNECTIONS: '20' },
  dispatch: {
    BATCH_MAX: '1', BATCH_WAIT_MS: '0', BATCH_FLUSHES: '16', CLAIM_LANES: '1', CLAIM_PER_LANE: '1', CLAIM_LOOPS: '16', DATABASE_MAX_CONNECTIONS: '40',
  },
};

export interface BenchOptions {
  /** Settings of the services, as environment variables. */
  eligibility?: ServiceEnv;
  dispatch?: ServiceEnv;
  connector?: ServiceEnv;
  /** How many; eight when left out. */
  accounts?: number;
  /** Where the provider of an account is; the simulator when left out or undefined. */
  baseUrlOf?(account: number): string | undefined;
  postgresSettings?: Record<string, string | number>;
}

/** The real topology: every service and simulator its own process, NATS on files, PostgreSQL with fsync on. */
export async function startBenchSystem({ eligibility = {}, dispatch = {}, connector = {}, accounts, baseUrlOf, postgresSettings = {} }: BenchOptions = {}): Promise<BenchSystem> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pes-bench-'));
  const configFile = join(dataDir, '..', `${dataDir.split('/').at(-1)}-simulator.json`);
  await writeFile(configFile, JSON.stringify(simulatorConfig(accounts)), { mode: 0o600 });
  const system = await startSystem({
    dataDir, logLevel: 'warn', simulatorDataFiles: false, postgresSettings,
    env: { shipstation: connector, 'order-eligibility': eligibility, 'push-dispatch': dispatch, 'shipstation-simulator': { SIMULATOR_CONFIG: configFile } },
  });
  const bus = await connectBus({ servers: system.natsUrl, name: 'bench' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes });
  await publishAll(bus, registryEvents({
    ...(accounts === undefined ? {} : { count: accounts }), baseUrlOf: (n) => baseUrlOf?.(n) ?? system.simulators.shipStation, key: system.providerKey('shipstation'),
  }));
  for (const consumer of [consumers.eligibilitySites, consumers.dispatchRegistry]) await waitUntilCaughtUp(bus, consumer, 30_000);
  const sent = watchSentOrders(bus);
  return {
    system, bus, sent,
    pids: () => new Map([
      ...[...system.processes].filter(([name]) => !name.startsWith('hp-site-flow')).map(([name, managed]) => [name, managed.pid] as const),
      ...(system.nats === undefined ? [] : [['nats-server', system.nats.pid] as const]),
      ...(system.postgres === undefined ? [] : [['postgresql', system.postgres.pid] as const]),
    ]),
    async stop() {
      await sent.stop();
      await bus.close();
      await system.stop();
      await rm(dataDir, { recursive: true, force: true });
      await rm(configFile, { force: true });
    },
  };
}
