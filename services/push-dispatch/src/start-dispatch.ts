import { consumers } from '@pes/contracts';
import { systemClock } from '@pes/kernel';
import { connectBus, ensureTopology, topologyOf, waitUntilCaughtUp } from '@pes/messaging';
import type { Config, ServiceContext } from '@pes/service-kit';
import { createPool, migrate } from '@pes/store';
import type { configSchema } from './config.ts';
import { createAttemptPartitions } from './data-access/attempt-partitions.sql.ts';
import type { Dispatch } from './dispatch.ts';
import { createIntegrationEvents } from './entry-points/integration-events.ts';
import { consumeManifests, createManifestCache } from './entry-points/manifest-cache.ts';
import { consumeCommands } from './entry-points/on-commands.ts';
import { consumeDecisions } from './entry-points/on-decisions.ts';
import { consumeOutcomes } from './entry-points/on-outcomes.ts';
import { consumeRegistry, refreshLanes } from './entry-points/on-registry.ts';
import { startSendLoop } from './entry-points/send-loop.ts';
import { serveRequests } from './entry-points/serve-requests.ts';
import { startSweep } from './entry-points/sweep.ts';
import { createMetrics } from './metrics.ts';
import { migrations, schema } from './migrations.ts';

const registryPatienceMs = 30_000;

type Context = ServiceContext<Config<typeof configSchema>>;

async function open({ config, log, metrics, onStop }: Context): Promise<Omit<Dispatch, 'wake'>> {
  await migrate({ url: config.DATABASE_URL, schema, migrations });
  const db = createPool({
    url: config.DATABASE_URL, applicationName: 'push-dispatch', maxConnections: config.DATABASE_MAX_CONNECTIONS, schema,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  });
  onStop('database', () => db.end());
  await createAttemptPartitions(db, config.ATTEMPT_RETENTION_DAYS);
  const bus = await connectBus({ servers: config.NATS_URL, name: 'push-dispatch', log });
  onStop('bus', () => bus.close());
  await ensureTopology(bus, topologyOf(config));
  return {
    config, db, bus, log, clock: systemClock, metrics: createMetrics(metrics),
    manifests: createManifestCache(db), integration: await createIntegrationEvents(bus, db, log),
  };
}

/** Wires the service. Stops in the opposite order: first nothing new is claimed, then what is under way is written, then the connections close. */
export async function startDispatch(context: Context): Promise<void> {
  const parts = await open(context);
  let wake: Dispatch['wake'] = () => undefined;
  const dispatch: Dispatch = { ...parts, wake: (accountIds) => wake(accountIds) };
  const sweep = startSweep(dispatch);
  context.onStop('sweep', () => sweep.stop());
  const keep = (name: string, consumption: { stop(): Promise<void> }): void => context.onStop(name, () => consumption.stop());
  keep('registry', consumeRegistry(dispatch));
  keep('manifests', consumeManifests(dispatch.bus, dispatch.db, async (providers) => {
    dispatch.manifests.refresh();
    await refreshLanes(dispatch.db, dispatch.manifests, { accountIds: [], providers });
  }));
  // An order that is read before the accounts of its site would go to nobody.
  if (!await waitUntilCaughtUp(dispatch.bus, consumers.dispatchRegistry, registryPatienceMs)) context.log.warn('the registry is still being read');
  keep('decisions', consumeDecisions(dispatch));
  keep('outcomes', consumeOutcomes(dispatch));
  keep('commands', consumeCommands(dispatch));
  keep('requests', serveRequests(dispatch));
  const sendLoop = startSendLoop(dispatch);
  wake = (accountIds) => { sendLoop.wake(accountIds); };
  context.onStop('send loop', () => sendLoop.stop());
  context.addReadiness('nats', () => (dispatch.bus.nc.isClosed() ? 'the connection is closed' : true));
}
