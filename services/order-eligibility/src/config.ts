import { streamConfigProperties } from '@pes/messaging';
import { baseConfigProperties, type Config, type ConfigSchema } from '@pes/service-kit';

export const configSchema = {
  type: 'object',
  properties: {
    ...baseConfigProperties,
    ...streamConfigProperties,
    BATCH_MAX: { type: 'integer', minimum: 1, maximum: 1000, default: 200, description: 'Most orders decided in one statement' },
    BATCH_WAIT_MS: { type: 'integer', minimum: 0, maximum: 1000, default: 2, description: 'How long a batch waits for more after its first order' },
    BATCH_FLUSHES: { type: 'integer', minimum: 1, maximum: 64, default: 3, description: 'Batches under way at once' },
    MAX_SNAPSHOT_BYTES: {
      type: 'integer', minimum: 1024, maximum: 64 * 1024 * 1024, default: 1024 * 1024,
      description: 'Largest order event; a larger one goes to DEAD',
    },
    RETENTION_DAYS: { type: 'integer', minimum: 31, maximum: 730, default: 60, description: 'How long orders and decisions are kept' },
    UPKEEP_INTERVAL_MS: { type: 'integer', minimum: 10, default: 5000, description: 'Pause between two rounds of confirmation and re-decision' },
    CONFIRM_AFTER_SECONDS: {
      type: 'integer', minimum: 0, default: 60,
      description: 'Age at which push-dispatch is asked whether it has a decision',
    },
    CONFIRM_BATCH: { type: 'integer', minimum: 1, maximum: 500, default: 500, description: 'Orders in one question to push-dispatch' },
    CONFIRM_TIMEOUT_MS: { type: 'integer', minimum: 100, default: 5000, description: 'How long an answer of push-dispatch may take' },
    CONFIRM_MAX_BACKLOG: {
      type: 'integer', minimum: 0, default: 2000,
      description: 'Unread decisions of push-dispatch above which nothing is published again',
    },
  },
  required: ['NATS_URL', 'DATABASE_URL'],
} as const satisfies ConfigSchema;

export type EligibilityConfig = Config<typeof configSchema>;
