import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findNatsServer } from './find-nats-server.ts';
import { freePort } from './free-port.ts';
import { launchNats, type NatsLaunch } from './launch-nats.ts';
import type { ServerProcess } from './server-process.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import { startWatchdog } from './watchdog.ts';

export interface NatsOptions {
  /** Default: a free one. */
  port?: number;
  /** Keeps the JetStream store here, also over the end of this process. Without it the store is temporary. */
  storeDir?: string;
  /** Lines in the syntax of the nats-server configuration, added at its end. Must not set server_name. */
  configExtra?: string;
  /** Appended to. Default: beside the store folder, with ".log" after its name. */
  logFile?: string;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  readonly logFile: string;
  /** Changes with a restart. */
  readonly pid: number;
  /** Shuts down in an orderly way. A temporary store and all snapshots are removed. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Same port, same store. Shuts down first if it runs. */
  restart(): Promise<void>;
  /**
   * Copies the store and returns the path of the copy, which stays until `stop`. A running server is shut down for the copy and started again:
   * files copied under a running server do not fit together. A killed one stays down.
   */
  snapshotStore(): Promise<string>;
  /** Puts a copy back in place of the store. Shuts down and starts again like `snapshotStore`. The copy stays usable. */
  restoreStore(snapshot: string): Promise<void>;
}

const stopGraceMs = 15_000;

/**
 * Starts nats-server with JetStream on file storage and messages of up to 8 MB, on 127.0.0.1 only. The server ends with this process,
 * even if that is killed. Throws with the end of the server's log when it does not start.
 */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const binary = await findNatsServer();
  const work = await createTemporaryFolder('nats');
  const watchdog = startWatchdog(work);
  try {
    const launch = await prepare(options, { work, binary });
    return await serve({ ...launch, watchdog }, work);
  } catch (error) {
    watchdog.release();
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function prepare(options: NatsOptions, { work, binary }: { work: string; binary: string }): Promise<Omit<NatsLaunch, 'watchdog'>> {
  const storeDir = resolve(options.storeDir ?? join(work, 'store'));
  await mkdir(storeDir, { recursive: true });
  const port = options.port ?? (await freePort());
  return {
    binary,
    port,
    serverName: `pes-${port}-${process.pid}`,
    storeDir,
    configFile: join(work, 'server.conf'),
    configExtra: options.configExtra ?? '',
    logFile: options.logFile ?? `${storeDir}.log`,
  };
}

async function serve(launch: NatsLaunch, work: string): Promise<NatsServer> {
  const { port, storeDir, logFile, watchdog } = launch;
  let server: ServerProcess = await launchNats(launch);
  let stopped = false;
  let snapshots = 0;

  const whileDown = async (change: () => Promise<void>): Promise<void> => {
    const wasRunning = !server.hasExited();
    await server.end('SIGINT', stopGraceMs);
    await change();
    if (wasRunning) server = await launchNats(launch);
  };

  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    storeDir,
    logFile,
    get pid() {
      return server.pid;
    },
    async stop() {
      stopped = true;
      await server.end('SIGINT', stopGraceMs);
      watchdog.release();
      await rm(work, { recursive: true, force: true });
    },
    async kill() {
      await server.end('SIGKILL', 0);
    },
    async restart() {
      if (stopped) throw new Error('this nats-server was stopped: start another one on the same storeDir');
      await server.end('SIGINT', stopGraceMs);
      server = await launchNats(launch);
    },
    async snapshotStore() {
      snapshots += 1;
      const snapshot = join(work, `snapshot-${snapshots}`);
      await whileDown(() => copyStore(storeDir, snapshot));
      return snapshot;
    },
    restoreStore: (snapshot) => whileDown(() => replaceStore(snapshot, storeDir)),
  };
}

/** The server keeps everything of JetStream in one folder of this name inside its store_dir. */
const jetStreamFolder = 'jetstream';

async function copyStore(storeDir: string, snapshot: string): Promise<void> {
  await cp(join(storeDir, jetStreamFolder), join(snapshot, jetStreamFolder), { recursive: true });
}

async function replaceStore(snapshot: string, storeDir: string): Promise<void> {
  const target = join(storeDir, jetStreamFolder);
  const staging = `${target}.restoring`;
  await rm(staging, { recursive: true, force: true });
  await cp(join(snapshot, jetStreamFolder), staging, { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(staging, target);
}
