import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '@pes/kernel';
import { logLength, logSince } from './log-tail.ts';
import { isRunning } from './process-state.ts';
import { readNatsInfo } from './read-nats-info.ts';
import { runCommand } from './run-command.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';
import { waitUntil } from './wait-until.ts';
import type { Watchdog } from './watchdog.ts';

export interface NatsLaunch {
  binary: string;
  port: number;
  serverName: string;
  storeDir: string;
  configFile: string;
  configExtra: string;
  logFile: string;
  watchdog: Watchdog;
}

/** A store with much in it is checked before the server listens. */
const startLimitMs = 60_000;

/** A predecessor on the same store that lost its parent shuts down within ten seconds (see the watchdog). */
const predecessorLimitMs = 20_000;

/** Starts the server on an existing store and resolves when it greets connections, which it does only once JetStream is up. */
export async function launchNats(launch: NatsLaunch): Promise<ServerProcess> {
  await waitForPredecessor(launch.storeDir);
  await writeFile(launch.configFile, configuration(launch));
  const logStart = await logLength(launch.logFile);
  const { binary, configFile, logFile, watchdog } = launch;
  const server = startServerProcess({ command: binary, args: ['-c', configFile], logFile, watchdog });

  const deadline = performance.now() + startLimitMs;
  while (!server.hasExited() && performance.now() < deadline) {
    const info = await readNatsInfo(launch.port, 2000);
    // Another server on the same port would greet too.
    if (info?.server_name === launch.serverName && info.jetstream === true) return server;
    await Promise.race([server.exited, sleep(10)]);
  }
  await server.end('SIGINT', 1000);
  const log = await logSince(launch.logFile, logStart);
  throw new Error(`nats-server (${launch.binary}) did not start on port ${launch.port} with ${launch.storeDir}:\n${log}`);
}

function configuration({ port, serverName, storeDir, configExtra }: NatsLaunch): string {
  return [
    'host: 127.0.0.1',
    `port: ${port}`,
    `server_name: ${serverName}`,
    'max_payload: 8388608',
    `pid_file: ${JSON.stringify(pidFile(storeDir))}`,
    `jetstream { store_dir: ${JSON.stringify(storeDir)} }`,
    configExtra,
    '',
  ].join('\n');
}

/** nats-server does not lock its store: two on one would ruin it. */
async function waitForPredecessor(storeDir: string): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile(storeDir), 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  const what = `nats-server, process ${pid}, to leave the store ${storeDir}: stop it, or name another storeDir`;
  await waitUntil(async () => !(await isNatsServer(pid)), { timeoutMs: predecessorLimitMs, what });
}

/** The process id may belong to some other program by now. */
async function isNatsServer(pid: number): Promise<boolean> {
  if (!isRunning(pid)) return false;
  const name = process.platform === 'linux' ? readFile(`/proc/${pid}/comm`, 'utf8') : runCommand('ps', ['-o', 'comm=', '-p', String(pid)]);
  return (await name.catch(() => '')).trim().endsWith('nats-server');
}

function pidFile(storeDir: string): string {
  return join(storeDir, 'nats-server.pid');
}
