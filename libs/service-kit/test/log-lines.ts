import { createLogger, type Logger } from '../src/index.ts';

export interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

/** A logger whose lines a spec can read. */
export function recordingLogger(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = createLogger({ service: 'spec', level: 'debug', destination: { write: (line) => void lines.push(JSON.parse(line) as LogLine) } });
  return { log, lines };
}
