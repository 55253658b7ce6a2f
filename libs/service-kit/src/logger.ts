import { pino, stdSerializers, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Goes into every line as `service`. */
  service: string;
  level: string;
  /** Standard output when left out. */
  destination?: DestinationStream;
}

/** Names under which a secret may hang on a logged object, two levels deep. A second net: nobody should log these at all. */
const secretNames = ['authorization', 'cookie', 'credentials', 'password', 'secret', 'token', 'apiKey', 'DATABASE_URL', 'CREDENTIAL_KEYS', 'MASTER_KEYS'];
const redactedPaths = [...secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), '*["set-cookie"]', '*["x-api-key"]'];

/** JSON lines with the level as a word and the time as ISO UTC. An error goes under `err` or `error`. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}
