import { streamConfigProperties } from '@pes/messaging';
import { baseConfigProperties } from '@pes/service-kit';

export const configSchema = {
  type: 'object',
  properties: {
    ...baseConfigProperties,
    ...streamConfigProperties,
    BATCH_MAX: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'Messages in one micro-batch; a message carries up to 50 orders' },
    BATCH_WAIT_MS: { type: 'integer', minimum: 0, maximum: 1000, default: 2, description: 'How long a micro-batch waits after its first message' },
    BATCH_FLUSHES: { type: 'integer', minimum: 1, maximum: 64, default: 3, description: 'Micro-batches that may be written at once' },
    CLAIM_LANES: { type: 'integer', minimum: 1, maximum: 200, default: 20, description: 'Accounts served by one claim' },
    CLAIM_PER_LANE: { type: 'integer', minimum: 1, maximum: 50, default: 50, description: 'Orders of one account in one claim and message' },
    CLAIM_LOOPS: { type: 'integer', minimum: 1, maximum: 64, default: 2, description: 'Claims that may run at once' },
    SWEEP_MS: { type: 'integer', minimum: 50, default: 250, description: 'How often lanes with due work are looked for' },
    REANNOUNCE_AFTER_MS: { type: 'integer', minimum: 100, default: 15_000, description: 'Work without an outcome is published again after this; the broker drops it when it still has it' },
    LEASE_MS: { type: 'integer', minimum: 0, default: 0, description: 'Overrides the lease that follows from the manifest; 0 keeps it' },
    ATTEMPT_RETENTION_DAYS: { type: 'integer', minimum: 1, default: 30, description: 'How long requests and responses are kept' },
  },
  required: ['NATS_URL', 'DATABASE_URL'],
} as const;
