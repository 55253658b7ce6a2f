import { systemClock } from '@pes/kernel';
import { connectBus, ensureTopology, topologyOf } from '@pes/messaging';
import type { Config, ServiceContext } from '@pes/service-kit';
import { createPool, migrate } from '@pes/store';
import { adoptRegistry } from './adopt-registry.ts';
import type { configSchema } from './config.ts';
import { consumeDead } from './entry-points/on-dead.ts';
import { consumeManifests } from './entry-points/on-manifest.ts';
import { consumePushChanges } from './entry-points/on-push-changed.ts';
import { consumeReadModel } from './entry-points/read-events.ts';
import { startOutboxRelay } from './entry-points/outbox-relay.ts';
import { startRebuilder } from './entry-points/rebuild-read-model.ts';
import { startReplayWorkers } from './entry-points/replay-workers.ts';
import { serveRequests } from './entry-points/serve-requests.ts';
import { startSweep } from './entry-points/sweep.ts';
import { startSyncWorkers } from './entry-points/sync-workers.ts';
import type { Gateway } from './gateway.ts';
import { createMetrics } from './metrics.ts';
import { migrations, schema } from './migrations.ts';
import { servesApi, startApi } from './start-api.ts';

type Context = ServiceContext<Config<typeof configSchema>>;

async function open({ config, log, metrics, onStop }: Context): Promise<Omit<Gateway, 'wakeReplays' | 'wakeOutbox'>> {
  await migrate({ url: config.DATABASE_URL, schema, migrations });
  const db = createPool({
    url: config.DATABASE_URL, applicationName: 'gateway', maxConnections: config.DATABASE_MAX_CONNECTIONS, schema,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  });
  onStop('database', () => db.end());
  const bus = await connectBus({ servers: config.NATS_URL, name: 'gateway', log });
  onStop('bus', () => bus.close());
  await ensureTopology(bus, topologyOf(config));
  return { config, db, bus, log, clock: systemClock, metrics: createMetrics(metrics) };
}

/** Wires the service. Stops in the opposite order: no new requests, then the workers, then the readers, then the connections. */
export async function startGateway(context: Context): Promise<void> {
  const parts = await open(context);
  const wakes: Pick<Gateway, 'wakeReplays' | 'wakeOutbox'> = { wakeReplays: () => undefined, wakeOutbox: () => undefined };
  const gateway: Gateway = { ...parts, wakeReplays: () => wakes.wakeReplays(), wakeOutbox: () => wakes.wakeOutbox() };
  const keep = <T extends { stop(): Promise<void> }>(name: string, part: T): T => {
    context.onStop(name, () => part.stop());
    return part;
  };
  if (context.config.ADOPT_REGISTRY) await adoptRegistry(gateway);
  keep('dead letters', consumeDead(gateway));
  keep('manifests', consumeManifests(gateway));
  keep('push changes', consumePushChanges(gateway));
  keep('read model', consumeReadModel(gateway));
  wakes.wakeOutbox = keep('outbox', startOutboxRelay(gateway)).wake;
  keep('sweep', startSweep(gateway));
  keep('rebuild', startRebuilder(gateway));
  keep('syncs', startSyncWorkers(gateway));
  wakes.wakeReplays = keep('replays', startReplayWorkers(gateway)).wake;
  keep('requests', serveRequests(gateway));
  if (servesApi(context.config)) keep('api', await startApi(gateway));
  else context.log.info('the API is not served: neither AUTH_SECRET nor AUTH_JWKS_URL is set');
  context.addReadiness('nats', () => (parts.bus.nc.isClosed() ? 'the connection is closed' : true));
}
