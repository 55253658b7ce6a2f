import { readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { isRunning } from './process-state.ts';
import { startPostgres } from './start-postgres.ts';
import { temporaryFolderPrefix } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Jest gives every spec file modules and globals of its own, so a variable cannot carry the server from one file to the next within a worker.
 * A record inside the server's temporary folder can; the folder's name holds the process id, and the watchdog removes it with the server.
 */
interface SharedServer {
  url: string;
  pid: number;
}

const recordFile = 'shared-server.json';

let starting: Promise<SharedServer> | undefined;

/** The PostgreSQL of this process; the first call starts it. */
export async function sharedPostgresUrl(): Promise<string> {
  starting ??= findOrStart();
  return (await starting).url;
}

async function findOrStart(): Promise<SharedServer> {
  for (const record of await records()) {
    const server = JSON.parse(await readFile(record, 'utf8')) as SharedServer;
    if (await answers(server.url)) return server;
  }
  // Nobody kills this server and reads its data again, so it may leave out the flushing, which is most of the time of CREATE DATABASE.
  const { url, pid, dataDir } = await startPostgres({ settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } });
  await writeFile(join(dirname(dataDir), recordFile), JSON.stringify({ url, pid }), { mode: 0o600 });
  return { url, pid };
}

/**
 * Ends the server behind `createTestDatabase`, if this process has one; the next call starts another. Not needed to clean up:
 * the server ends with the process. For the end of a program that goes on to do something else.
 */
export async function stopTestServers(): Promise<void> {
  starting = undefined;
  for (const record of await records()) {
    const { pid } = JSON.parse(await readFile(record, 'utf8')) as SharedServer;
    await rm(record);
    if (isRunning(pid)) process.kill(pid, 'SIGINT');
    await waitUntil(() => !isRunning(pid), { what: `the end of PostgreSQL, process ${pid}` });
  }
}

async function records(): Promise<string[]> {
  const root = await realpath(tmpdir());
  const folders = (await readdir(root)).filter((name) => name.startsWith(temporaryFolderPrefix('postgres')));
  const found = await Promise.all(folders.map(async (name) => ((await readdir(join(root, name))).includes(recordFile) ? [join(root, name, recordFile)] : [])));
  return found.flat();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  return client.connect().then(() => true, () => false).finally(() => client.end().catch(() => undefined));
}
