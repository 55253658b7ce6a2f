import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { logLength, logSince } from './log-tail.ts';
import { startServerProcess, type ExitStatus } from './server-process.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';
import { startWatchdog } from './watchdog.ts';

export interface SpawnOptions {
  /** Absolute path of the program's main module. */
  entry: string;
  args?: string[];
  /** Besides the few variables that every program needs (PATH, HOME and the like), the program sees only these. */
  env?: Record<string, string>;
  /** Appended to, and kept. Default: a temporary file, removed by `stop`. */
  logFile?: string;
  /** Default /health/ready. */
  readyPath?: string;
}

export interface SpawnedProcess {
  readonly pid: number;
  /** HTTP_PORT of the environment, else a free one that the program got under that name. */
  readonly port: number;
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly logFile: string;
  readonly exited: Promise<ExitStatus>;
  /** Resolves when readyPath answers 200. Throws with the end of the log when the program ends before, or after `timeoutMs` (default 30 000). */
  ready(timeoutMs?: number): Promise<void>;
  /** Everything that the program wrote so far. */
  log(): Promise<string>;
  /** Sends the signal and resolves when the program is gone. Default SIGKILL. The log stays. */
  kill(signal?: NodeJS.Signals): Promise<ExitStatus>;
  /** SIGTERM, after 15 seconds SIGKILL; then removes a temporary log. Also to be called after `kill`. */
  stop(): Promise<ExitStatus>;
}

const stopGraceMs = 15_000;

const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME'];

/** Starts a Node program as a child process, which ends with this one even if this one is killed. Does not wait for it to be ready. */
export async function spawnProcess(options: SpawnOptions): Promise<SpawnedProcess> {
  const port = Number(options.env?.['HTTP_PORT'] ?? (await freePort()));
  const folder = await createTemporaryFolder('process');
  const watchdog = startWatchdog(folder);
  const logFile = options.logFile ?? join(folder, 'output.log');
  const logStart = await logLength(logFile);
  const child = startServerProcess({
    command: process.execPath,
    args: [options.entry, ...(options.args ?? [])],
    logFile,
    watchdog,
    env: environment({ ...options.env, HTTP_PORT: String(port) }),
    cwd: process.cwd(),
  });
  const url = `http://127.0.0.1:${port}`;
  const readyUrl = `${url}${options.readyPath ?? '/health/ready'}`;

  return {
    pid: child.pid,
    port,
    url,
    logFile,
    exited: child.exited,
    async ready(timeoutMs = 30_000) {
      const settled = async (): Promise<boolean> => child.hasExited() || (await isReady(readyUrl));
      const inTime = await waitUntil(settled, { timeoutMs, intervalMs: 50 }).catch(() => false);
      if (inTime && !child.hasExited()) return;
      const problem = child.hasExited() ? 'ended before it was ready' : `was not ready within ${timeoutMs} ms`;
      throw new Error(`${options.entry} ${problem}:\n${await logSince(logFile, logStart)}`);
    },
    log: () => readFile(logFile, 'utf8'),
    kill: (signal = 'SIGKILL') => child.end(signal, stopGraceMs),
    async stop() {
      const status = await child.end('SIGTERM', stopGraceMs);
      watchdog.release();
      await rm(folder, { recursive: true, force: true });
      return status;
    },
  };
}

function environment(own: Record<string, string>): Record<string, string> {
  const needed = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(needed), ...own };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}
