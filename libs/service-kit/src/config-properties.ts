/**
 * Variables that most services share; a service spreads them into its schema and lists those that it cannot do without in `required`.
 * An unset or empty variable takes its default.
 */
export const baseConfigProperties = {
  NATS_URL: {
    type: 'string',
    pattern: String.raw`^(nats|tls|ws|wss)://\S+$`,
    description: 'NATS servers, comma separated',
    examples: ['nats://127.0.0.1:4222'],
  },
  DATABASE_URL: {
    type: 'string',
    pattern: String.raw`^postgres(ql)?://\S+$`,
    description: "PostgreSQL address with the service's own role",
    examples: ['postgres://dispatch:password@127.0.0.1:5432/pressero'],
    'x-secret': true,
  },
  DATABASE_MAX_CONNECTIONS: { type: 'integer', minimum: 1, maximum: 500, default: 10, description: 'Most connections of this process' },
  HTTP_HOST: { type: 'string', default: '127.0.0.1', description: 'Address that health and metrics listen on', examples: ['0.0.0.0'] },
  HTTP_PORT: { type: 'integer', minimum: 0, maximum: 65_535, default: 0, description: 'Port of health and metrics, 0 for any free one', examples: ['8080'] },
  LOG_LEVEL: {
    type: 'string',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    description: 'Least severe level that is logged',
  },
} as const;
