import type { Clock } from '@pes/kernel';
import type { Bus } from '@pes/messaging';
import type { Config, Logger } from '@pes/service-kit';
import type { Pool } from '@pes/store';
import type { configSchema } from './config.ts';
import type { IntegrationEvents } from './entry-points/integration-events.ts';
import type { ManifestCache } from './entry-points/manifest-cache.ts';
import type { DispatchMetrics } from './metrics.ts';

/** What every entry point of this service works with. */
export interface Dispatch {
  config: Config<typeof configSchema>;
  db: Pool;
  bus: Bus;
  log: Logger;
  clock: Clock;
  metrics: DispatchMetrics;
  manifests: ManifestCache;
  integration: IntegrationEvents;
  /** Tells the send loop that these accounts may have work. A hint: the sweep finds what it misses. */
  wake(accountIds: Iterable<string>): void;
}
