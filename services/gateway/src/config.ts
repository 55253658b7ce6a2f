import { streamConfigProperties } from '@pes/messaging';
import { baseConfigProperties } from '@pes/service-kit';

export const configSchema = {
  type: 'object',
  properties: {
    ...baseConfigProperties,
    ...streamConfigProperties,
    COMPARE_DEAD_MS: { type: 'integer', minimum: 100, default: 60_000, description: 'How often the dead pushes are compared with those of push-dispatch' },
    COMPARE_SLACK_MS: { type: 'integer', minimum: 0, default: 60_000, description: 'Dead letters younger than this are left out of that comparison' },
    REPLAY_TICK_MS: { type: 'integer', minimum: 20, maximum: 1000, default: 100, description: 'How often a replay sends its next share' },
    REPLAY_LEASE_MS: { type: 'integer', minimum: 500, default: 4_000, description: 'A replay whose worker is silent for this long gets another one' },
    REPLAY_REPEAT_MS: { type: 'integer', minimum: 500, default: 60_000, description: 'A replayed push that push-dispatch says nothing about is commanded again after this' },
    OUTBOX_CHECK_MS: { type: 'integer', minimum: 100, default: 150_000, description: 'A sent command is looked for in its stream after this, longer than the broker takes to sync its disk' },
    RETENTION_DAYS: { type: 'integer', minimum: 1, default: 180, description: 'How long settled dead letters and finished replays are kept' },
  },
  required: ['NATS_URL', 'DATABASE_URL'],
} as const;
