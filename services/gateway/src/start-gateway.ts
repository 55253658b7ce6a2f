import { systemClock } from '@pes/kernel';
import { connectBus, ensureTopology, topologyOf } from '@pes/messaging';
import type { Config, ServiceContext } from '@pes/service-kit';
import { createPool, migrate } from '@pes/store';
import type { configSchema } from './config.ts';
import { consumeDead } from './entry-points/on-dead.ts';
import { consumePushChanges } from './entry-points/on-push-changed.ts';
import { startOutboxRelay } from './entry-points/outbox-relay.ts';
import { startReplayWorkers } from './entry-points/replay-workers.ts';
import { serveRequests } from './entry-points/serve-requests.ts';
import { startSweep } from './entry-points/sweep.ts';
import type { Gateway } from './gateway.ts';
import { createMetrics } from './metrics.ts';
import { migrations, schema } from './migrations.ts';

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
  keep('dead letters', consumeDead(gateway));
  keep('push changes', consumePushChanges(gateway));
  wakes.wakeOutbox = keep('outbox', startOutboxRelay(gateway)).wake;
  keep('sweep', startSweep(gateway));
  wakes.wakeReplays = keep('replays', startReplayWorkers(gateway)).wake;
  keep('requests', serveRequests(gateway));
  context.addReadiness('nats', () => (parts.bus.nc.isClosed() ? 'the connection is closed' : true));
}
