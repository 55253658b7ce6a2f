import { consumers } from '@pes/contracts';
import { connectBus, ensureTopology, topologyOf, waitUntilCaughtUp } from '@pes/messaging';
import type { ServiceContext, ServiceDefinition } from '@pes/service-kit';
import { createPool, migrate } from '@pes/store';
import { configSchema, type EligibilityConfig } from './config.ts';
import { createPartitions } from './data-access/partitions.ts';
import { startOrderIntake } from './entry-points/on-order-event.ts';
import { startSitePolicies } from './entry-points/on-site-policy.ts';
import { serveRequests } from './entry-points/serve-requests.ts';
import { startUpkeep } from './entry-points/upkeep.ts';
import { createMetrics } from './metrics.ts';
import { migrations } from './migrations.ts';

const name = 'order-eligibility';
const schema = 'eligibility';
const policyPatienceMs = 30_000;

async function start({ config, log, metrics: registry, onStop, addReadiness }: ServiceContext<EligibilityConfig>): Promise<void> {
  await migrate({ url: config.DATABASE_URL, schema, migrations });
  const pool = createPool({
    url: config.DATABASE_URL, schema, applicationName: name, maxConnections: config.DATABASE_MAX_CONNECTIONS,
    onError: (error) => log.warn({ error }, 'a connection to PostgreSQL broke'),
  });
  onStop('pool', () => pool.end());
  const bus = await connectBus({ servers: config.NATS_URL, name, log });
  onStop('bus', () => bus.close());
  addReadiness('nats', () => (bus.nc.isClosed() ? 'the connection to NATS is closed' : true));
  await ensureTopology(bus, topologyOf(config));

  const parts = { bus, pool, log, metrics: createMetrics(registry), partitions: createPartitions(pool) };
  const upkeep = startUpkeep(parts, {
    intervalMs: config.UPKEEP_INTERVAL_MS, retentionDays: config.RETENTION_DAYS, afterSeconds: config.CONFIRM_AFTER_SECONDS,
    batchSize: config.CONFIRM_BATCH, timeoutMs: config.CONFIRM_TIMEOUT_MS, maxBacklog: config.CONFIRM_MAX_BACKLOG,
  });
  onStop('upkeep', () => upkeep.stop());
  const sites = startSitePolicies(parts);
  onStop('site policies', () => sites.stop());
  // An order that is decided before the policy of its site is known would be decided twice.
  if (!await waitUntilCaughtUp(bus, consumers.eligibilitySites, policyPatienceMs)) log.warn('the site policies are still being read');
  const intake = startOrderIntake(parts, {
    maxBatch: config.BATCH_MAX, maxWaitMs: config.BATCH_WAIT_MS, maxFlushes: config.BATCH_FLUSHES, maxSnapshotBytes: config.MAX_SNAPSHOT_BYTES,
  });
  onStop('order intake', () => intake.stop());
  const requests = serveRequests(parts);
  onStop('requests', () => requests.stop());
}

export const orderEligibility: ServiceDefinition<typeof configSchema> = { name, configSchema, start };
