import pg from 'pg';
import { sleep } from '@pes/kernel';
import { logLength, logSince } from './log-tail.ts';
import { endOrphans, removeStaleLock } from './postgres-orphans.ts';
import type { RunAs } from './run-as.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';
import type { Watchdog } from './watchdog.ts';

export interface PostgresLaunch {
  binary: string;
  runAs: RunAs | undefined;
  dataDir: string;
  logFile: string;
  port: number;
  url: string;
  settings: Record<string, string | number>;
  watchdog: Watchdog;
}

/** Recovery after a crash takes as long as the log since the last checkpoint is. */
const startLimitMs = 60_000;

/** A predecessor on the same data that lost its parent shuts down within ten seconds (see the watchdog). */
const predecessorLimitMs = 20_000;

const predecessorInTheWay = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;

/** Starts the postmaster on existing data and resolves when it answers a query. */
export async function launchPostgres(launch: PostgresLaunch): Promise<ServerProcess> {
  const startedAt = performance.now();
  for (;;) {
    const logStart = await logLength(launch.logFile);
    const server = startServerProcess({
      command: launch.binary,
      args: ['-D', launch.dataDir, '-p', String(launch.port), ...settingArguments(launch.settings)],
      logFile: launch.logFile,
      watchdog: launch.watchdog,
      runAs: launch.runAs,
    });
    if (await answers(server, launch, startedAt + startLimitMs)) return server;
    await server.end('SIGQUIT', 1000);
    const log = await logSince(launch.logFile, logStart);
    if (!predecessorInTheWay.test(log) || performance.now() - startedAt > predecessorLimitMs) {
      throw new Error(`PostgreSQL did not start on port ${launch.port} with ${launch.dataDir}:\n${log}`);
    }
    await endOrphans(launch.dataDir);
    await removeStaleLock(launch.dataDir);
    await sleep(100);
  }
}

function settingArguments(settings: Record<string, string | number>): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    // Before it recovers, the server flushes its thousand files; all at once takes a tenth of the time.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** False when the process ended or the time is up. While it recovers, the server refuses connections with an error. */
async function answers(server: ServerProcess, launch: PostgresLaunch, deadline: number): Promise<boolean> {
  while (!server.hasExited() && performance.now() < deadline) {
    if (await isServing(launch)) return true;
    await Promise.race([server.exited, sleep(20)]);
  }
  return false;
}

async function isServing({ url, dataDir }: PostgresLaunch): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Another server on the same port would answer too.
    const { rows } = await client.query<{ dir: string }>("SELECT current_setting('data_directory') AS dir");
    return rows[0]?.dir === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
