import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { launchPostgres, type PostgresLaunch } from './launch-postgres.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { keepCluster, unpackCluster } from './postgres-cluster.ts';
import { endOrphans } from './postgres-orphans.ts';
import { postgresUser } from './postgres-user.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import { startWatchdog } from './watchdog.ts';

export interface PostgresOptions {
  /** Keeps the data here, also over the end of this process. Without it the data is temporary. */
  dataDir?: string;
  /** Default: a free one. */
  port?: number;
  /** Server settings, as in postgresql.conf. They win over the defaults. */
  settings?: Record<string, string | number>;
  /** Appended to. Default: beside the data folder, with ".log" after its name. */
  logFile?: string;
}

export interface PostgresServer {
  /** Superuser, database "postgres". The same over restarts. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Of the postmaster. Changes with a restart. */
  readonly pid: number;
  /** Shuts down in an orderly way; open connections are cut. Temporary data is removed. */
  stop(): Promise<void>;
  /** SIGKILL for the postmaster and then its backends, as in a crash: nothing writes any more when this resolves. */
  kill(): Promise<void>;
  /** Same port, same data. Shuts down first if it runs; after a kill the server recovers from its log. */
  restart(): Promise<void>;
}

const stopGraceMs = 20_000;

/**
 * Starts PostgreSQL 18 on 127.0.0.1 and resolves when it answers queries. fsync stays on. The server ends with this process,
 * even if that is killed. Throws with the end of the server's log when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const temporary = options.dataDir === undefined ? await createTemporaryFolder('postgres') : undefined;
  const watchdog = startWatchdog(temporary);
  const cleanUp = async (): Promise<void> => {
    watchdog.release();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  try {
    const launch = { ...(await prepare(options, temporary)), watchdog };
    return await serve(launch, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function prepare(options: PostgresOptions, temporary: string | undefined): Promise<Omit<PostgresLaunch, 'watchdog'>> {
  const dataDir = resolve(options.dataDir ?? join(temporary ?? '', 'data'));
  const parent = dirname(dataDir);
  await mkdir(parent, { recursive: true });
  const binaries = await postgresBinaries();
  const runAs = await postgresUser(dataDir, [parent, binaries.postgres]);
  const fill = temporary === undefined ? keepCluster : unpackCluster;
  const password = await fill(dataDir, { binaries, runAs });
  const port = options.port ?? (await freePort());
  return {
    binary: binaries.postgres,
    runAs,
    dataDir,
    logFile: options.logFile ?? `${dataDir}.log`,
    port,
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    settings: options.settings ?? {},
  };
}

async function serve(launch: PostgresLaunch, cleanUp: () => Promise<void>): Promise<PostgresServer> {
  const { url, port, dataDir, logFile } = launch;
  let server = await launchPostgres(launch);
  let stopped = false;
  return {
    url,
    port,
    dataDir,
    logFile,
    get pid() {
      return server.pid;
    },
    async stop() {
      stopped = true;
      await server.end('SIGINT', stopGraceMs);
      await cleanUp();
    },
    async kill() {
      await server.end('SIGKILL', 0);
      await endOrphans(dataDir);
    },
    async restart() {
      if (stopped) throw new Error('this PostgreSQL was stopped: start another one on the same dataDir');
      await server.end('SIGINT', stopGraceMs);
      server = await launchPostgres(launch);
    },
  };
}
