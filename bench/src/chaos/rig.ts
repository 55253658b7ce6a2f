import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumers } from '@pes/contracts';
import { connectBus, publishAll, waitUntilCaughtUp } from '@pes/messaging';
import { openStorefront, registryEvents, startSystem, type ProcessName, type RunningSystem, type SimulatorUrls, type Storefront } from '@pes/standalone';
import { createPool, type Pool } from '@pes/store';
import { startFaultProxy, startNats, startPostgres, waitUntil, type FaultProxy, type NatsServer, type PostgresServer } from '@pes/testkit';
import { watchArrivals, type Arrivals } from './arrivals.ts';
import { startLoad, type Load } from './load.ts';
import { startNatsCluster, type NatsCluster } from './nats-cluster.ts';

/** How the system under test stands: alone, with proxies on all its links, or on three NATS servers. */
export type Layout = 'plain' | 'proxied' | 'cluster';

export interface Proxies {
  nats: FaultProxy;
  postgres: FaultProxy;
  /** Every address of both providers. */
  providers: readonly FaultProxy[];
}

/** A running system with a steady load on it, whose parts can be broken. */
export interface Rig {
  system: RunningSystem;
  postgres: PostgresServer;
  nats: NatsServer | undefined;
  cluster: NatsCluster | undefined;
  proxies: Proxies | undefined;
  /** Addresses that lead around the proxies. */
  natsUrl: string;
  dispatch: Pool;
  storefront: Storefront;
  load: Load;
  ordersPerSecond: number;
  /**
   * Seconds from now to the first order that is emitted from now on and reported as sent to the provider; of several providers the slowest.
   * Infinity when it takes longer than a minute.
   */
  recoverySeconds(providers: readonly string[]): Promise<number>;
  stop(): Promise<void>;
}

export interface RigOptions {
  layout: Layout;
  ordersPerSecond: number;
  /** Leave the data folder, with the logs. */
  keep: boolean;
  say(text: string): void;
}

type Stops = Array<() => Promise<unknown>>;

const recoveryPatienceMs = 60_000;
const maxDatabaseConnections = 60;

// Leases are shortened so that a run sees them end. Everything else is as in production: a reader's messages come back after four seconds.
const shorter = { LEASE_MS: '15000', REANNOUNCE_AFTER_MS: '5000' };

function environments(layout: Layout): Partial<Record<ProcessName, Record<string, string>>> {
  const replicas = layout === 'cluster' ? { STREAM_REPLICAS: '3' } : {};
  // The proxies' addresses are not known when the connectors start.
  const connector = { ...replicas, ...(layout === 'proxied' ? { EGRESS_ALLOW: '127.0.0.1:*' } : {}) };
  return { 'order-eligibility': replicas, 'push-dispatch': { ...replicas, ...shorter }, shipstation: connector, 'hp-site-flow': connector };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Tells everybody that the providers are behind the proxies from now on. */
async function moveProviders(system: RunningSystem, natsUrl: string, urls: SimulatorUrls): Promise<void> {
  const bus = await connectBus({ servers: natsUrl, name: 'chaos-registry' });
  try {
    // The seed counts its versions in seconds.
    await publishAll(bus, registryEvents({ urls, version: Math.floor(Date.now() / 1000) + 60, providerKey: system.providerKey }));
    for (const consumer of [consumers.eligibilitySites, consumers.dispatchRegistry]) await waitUntilCaughtUp(bus, consumer, 30_000);
  } finally {
    await bus.close();
  }
}

async function startProxies(nats: NatsServer, postgres: PostgresServer, stops: Stops): Promise<{ nats: FaultProxy; postgres: FaultProxy }> {
  const proxies = { nats: await startFaultProxy({ targetPort: nats.port }), postgres: await startFaultProxy({ targetPort: postgres.port }) };
  stops.push(() => proxies.nats.close(), () => proxies.postgres.close());
  return proxies;
}

async function proxyProviders(system: RunningSystem, natsUrl: string, stops: Stops): Promise<FaultProxy[]> {
  const { shipStation, siteFlow, siteFlowSubmit } = system.simulators;
  const proxies: FaultProxy[] = [];
  const through = async (url: string): Promise<string> => {
    const proxy = await startFaultProxy({ targetPort: portOf(url) });
    stops.push(() => proxy.close());
    proxies.push(proxy);
    return proxy.through(url).replace(/\/$/, '');
  };
  await moveProviders(system, natsUrl, { shipStation: await through(shipStation), siteFlow: await through(siteFlow), siteFlowSubmit: await through(siteFlowSubmit) });
  return proxies;
}

async function startServers(layout: Layout, stops: Stops) {
  const postgres = await startPostgres({ settings: { max_connections: maxDatabaseConnections } });
  stops.push(() => postgres.stop());
  const cluster = layout === 'cluster' ? await startNatsCluster() : undefined;
  const nats = cluster === undefined ? await startNats() : undefined;
  stops.push(async () => (cluster ?? nats)?.stop());
  const links = layout === 'proxied' && nats !== undefined ? await startProxies(nats, postgres, stops) : undefined;
  return { postgres, cluster, nats, links, natsUrl: (cluster ?? nats)?.url ?? '' };
}

function measureRecovery(storefront: Storefront, arrivals: Arrivals): Rig['recoverySeconds'] {
  return async (providers) => {
    const startedAt = performance.now();
    const known = storefront.orders.all().length;
    const first = (provider: string): Promise<number> => waitUntil(
      () => storefront.orders.all().slice(known).map(({ orderId }) => arrivals.sentAt(orderId, provider)).find((at) => at !== undefined),
      { timeoutMs: recoveryPatienceMs },
    ).catch(() => Infinity);
    return (Math.max(...await Promise.all(providers.map(first))) - startedAt) / 1000;
  };
}

/** Starts everything. What was started is stopped when something else does not start. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end().catch((error: unknown) => options.say(String(error)));
  };
  try {
    return { ...await assemble(options, stops), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble({ layout, ordersPerSecond, keep, say }: RigOptions, stops: Stops): Promise<Omit<Rig, 'stop'>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pes-chaos-'));
  await chmod(dataDir, 0o711);
  stops.push(async () => (keep ? say(`data and logs stay in ${dataDir}`) : rm(dataDir, { recursive: true, force: true })));
  const { postgres, cluster, nats, links, natsUrl } = await startServers(layout, stops);
  const system = await startSystem({
    dataDir, logLevel: keep ? 'info' : 'warn', report: keep ? say : () => undefined, env: environments(layout),
    natsUrl: links?.nats.through(natsUrl) ?? natsUrl, databaseUrl: links?.postgres.through(postgres.url) ?? postgres.url,
  });
  stops.push(() => system.stop());
  const proxies = links === undefined ? undefined : { ...links, providers: await proxyProviders(system, natsUrl, stops) };

  const databaseUrl = new URL(system.databaseUrls['dispatch'] ?? '');
  databaseUrl.port = String(postgres.port);
  const dispatch = createPool({ url: databaseUrl.href, applicationName: 'chaos', maxConnections: 2 });
  stops.push(() => dispatch.end());
  const arrivals = await watchArrivals(natsUrl);
  stops.push(() => arrivals.stop());
  const storefront = await openStorefront({ natsUrl, orderLog: system.folder.file('orders'), firstOrderNumber: 10_001 });
  stops.push(() => storefront.close());
  const load = startLoad(storefront, ordersPerSecond);
  stops.push(() => Promise.race([load.stop(), storefront.close()]));
  return { system, postgres, nats, cluster, proxies, natsUrl, dispatch, storefront, load, ordersPerSecond, recoverySeconds: measureRecovery(storefront, arrivals) };
}
