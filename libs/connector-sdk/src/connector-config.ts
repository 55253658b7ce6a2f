import { streamConfigProperties } from '@pes/messaging';
import { baseConfigProperties } from '@pes/service-kit';

const { NATS_URL, HTTP_HOST, HTTP_PORT, LOG_LEVEL } = baseConfigProperties;

/** Settings of every connector process. */
export const connectorConfigSchema = {
  type: 'object',
  properties: {
    NATS_URL, HTTP_HOST, HTTP_PORT, LOG_LEVEL,
    ...streamConfigProperties,
    CREATE_STREAMS: { type: 'boolean', default: true, description: 'Create or update the streams; false where the NATS user of this connector may not' },
    CREDENTIAL_KEYS: {
      type: 'string', 'x-secret': true, description: "Keys of this provider as keyId:base64, comma separated; derived from the installation's master keys",
    },
    EGRESS_ALLOW: {
      type: 'string', default: '', description: 'Addresses besides the public internet that may be called, also over plain http: host:port, host:* or ranges, comma separated',
      examples: ['mis.example.internal:9000,10.20.0.0/16'],
    },
    EGRESS_PORTS: {
      type: 'string', pattern: String.raw`^\d{1,5}(,\d{1,5})*$`, default: '443,8443', description: 'Ports of public addresses that may be called, comma separated', examples: ['443,8443'],
    },
    CALLS_PER_ACCOUNT: { type: 'integer', minimum: 1, maximum: 256, default: 16, description: 'Orders of one account that are worked on at once' },
    CONNECTIONS_PER_ADDRESS: { type: 'integer', minimum: 1, maximum: 4_096, default: 512, description: 'Connections to one provider address at once' },
    MESSAGES_AT_ONCE: { type: 'integer', minimum: 1, maximum: 400, default: 256, description: 'Work messages held at once; one carries up to 50 orders' },
    MAX_ANSWER_MB: { type: 'integer', minimum: 1, maximum: 256, default: 10, description: 'Largest answer of a provider that is read' },
    BREAKER_MIN_CALLS: { type: 'integer', minimum: 10, maximum: 10_000, default: 10, description: 'Calls of an account within the window before failures can open its breaker' },
    BREAKER_FAILURE_PERCENT: { type: 'integer', minimum: 1, maximum: 99, default: 50, description: 'The breaker of an account opens when more than this share of its calls failed' },
    BREAKER_WINDOW_SECONDS: { type: 'integer', minimum: 1, maximum: 3_600, default: 60, description: 'How far back calls are counted' },
    BREAKER_OPEN_SECONDS: { type: 'integer', minimum: 1, maximum: 3_600, default: 4, description: 'How long an open breaker lets nothing through; then one call tries. Also how late an account notices that its provider is back' },
    MASK_PERSONAL_DATA: { type: 'boolean', default: false, description: 'Mask e-mail addresses, phone numbers and streets in the attempt log' },
  },
  required: ['NATS_URL', 'CREDENTIAL_KEYS'],
} as const;
