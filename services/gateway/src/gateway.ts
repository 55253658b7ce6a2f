import type { Clock } from '@pes/kernel';
import type { Bus } from '@pes/messaging';
import type { Config, Logger } from '@pes/service-kit';
import type { Pool } from '@pes/store';
import type { configSchema } from './config.ts';
import type { GatewayMetrics } from './metrics.ts';

/** What every entry point of this service works with. */
export interface Gateway {
  config: Config<typeof configSchema>;
  db: Pool;
  bus: Bus;
  log: Logger;
  clock: Clock;
  metrics: GatewayMetrics;
  /** Tells the replay workers that a job may have something to do. A hint: they look by themselves as well. */
  wakeReplays(): void;
  /** Tells the outbox relay that something was written. A hint, as above. */
  wakeOutbox(): void;
}
