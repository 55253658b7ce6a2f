import { open, stat } from 'node:fs/promises';
import type { Report } from './report.ts';

const severe = new Set(['warn', 'error', 'fatal']);
const maxLength = 300;
const maxBytesAtOnce = 256 * 1024;
const repeatAfterMs = 10_000;

/** The console line of one line of a log; undefined for what is no problem. */
export function problemOf(line: string): string | undefined {
  const text = line.trimEnd();
  if (text === '') return undefined;
  const entry = parse(text);
  // What is no JSON comes from the runtime itself: a crash. Indented lines are the rest of its stack.
  if (entry === undefined) return /^[\s}]/.test(text) ? undefined : text.slice(0, maxLength);
  if (!severe.has(String(entry.level))) return undefined;
  const details = reasonOf(entry);
  const said = typeof entry.msg === 'string' ? entry.msg : '';
  return `${String(entry.level)}: ${said}${details === undefined ? '' : ` (${details})`}`.replaceAll(/\s+/g, ' ').slice(0, maxLength);
}

type Entry = Record<string, unknown>;

function parse(text: string): Entry | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Entry;
  } catch {
    return undefined;
  }
}

function reasonOf(entry: Entry): string | undefined {
  const error = (entry.err ?? entry.error) as { message?: unknown } | undefined;
  const reason = error?.message ?? entry.reason ?? entry.nats ?? entry.code;
  return typeof reason === 'string' ? reason : undefined;
}

/** The newest problem at the end of a log; undefined when there is none. */
export async function lastProblem(path: string): Promise<string | undefined> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const end = size === 0 ? '' : (await readAt(path, Math.max(0, size - maxBytesAtOnce))).toString('utf8');
  return end.split('\n').map(problemOf).findLast((problem) => problem !== undefined);
}

export interface LogWatch {
  /** Reads what is new now. It also does so by itself every quarter of a second. */
  read(): Promise<void>;
  /** Reads a last time and ends. */
  stop(): Promise<void>;
}

/** Follows a log file and reports its problems. The same problem is said again after ten seconds at the earliest. */
export function watchLog(name: string, path: string, report: Report): LogWatch {
  const saidAt = new Map<string, number>();
  let position: number | undefined;
  let rest = '';
  let reading: Promise<void> = Promise.resolve();

  const read = async (): Promise<void> => {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    // What stood there before was said by an earlier instance.
    if (position === undefined || size < position) position = size;
    while (position < size) {
      const chunk = await readAt(path, position);
      if (chunk.length === 0) return;
      position += chunk.length;
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(problemOf(line));
    }
  };
  const say = (problem: string | undefined): void => {
    const now = performance.now();
    if (problem === undefined || now - (saidAt.get(problem) ?? -Infinity) < repeatAfterMs) return;
    if (saidAt.size > 200) saidAt.clear();
    saidAt.set(problem, now);
    report(`${name}: ${problem}`);
  };
  const next = (): Promise<void> => (reading = reading.then(read).catch(() => undefined));

  void next();
  const timer = setInterval(() => void next(), 250);
  return {
    read: next,
    stop: () => {
      clearInterval(timer);
      return next();
    },
  };
}

async function readAt(path: string, position: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytesAtOnce), 0, maxBytesAtOnce, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
