import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type PostgresServer } from '../src/index.ts';

describe('startPostgres with a data folder', () => {
  let folder: string;
  let dataDir: string;
  const running = new Set<PostgresServer>();
  const before = process.env;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pes-test-data-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'deep', 'postgres');
  });

  afterEach(async () => {
    for (const server of running) await server.stop();
    running.clear();
    await rm(folder, { recursive: true });
    process.env = before;
  });

  async function start(options: Parameters<typeof startPostgres>[0]): Promise<PostgresServer> {
    const server = await startPostgres(options);
    running.add(server);
    return server;
  }

  async function query(server: PostgresServer, text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<object>(text)).rows;
    } finally {
      await client.end();
    }
  }

  it('keeps the data over stop; the next one on the folder has them, with the same password', async () => {
    const first = await startPostgres({ dataDir });
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.stop();
    await expect(first.restart()).rejects.toThrow('was stopped');

    const second = await start({ dataDir, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('starts over a lock file whose process id belongs to another program by now', async () => {
    const first = await startPostgres({ dataDir });
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.kill();
    const lockFile = join(dataDir, 'postmaster.pid');
    const lock = await readFile(lockFile, 'utf8');
    await writeFile(lockFile, lock.replace(/^\d+/, String(process.ppid)));
    running.add(first);
    await first.restart();
    expect(await query(first, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('waits for a server that still uses the folder', async () => {
    const first = await startPostgres({ dataDir });
    const starting = start({ dataDir });
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.stop();
    expect(await query(await starting, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('works below a folder that only the current user may enter', async () => {
    await chmod(folder, 0o700);
    const server = await start({ dataDir });
    await server.kill();
    await server.restart();
    expect(await query(server, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('does not touch a folder that it did not make', async () => {
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'letter.txt'), 'mine');
    await expect(startPostgres({ dataDir })).rejects.toThrow(/dataDir .* is neither empty nor made by startPostgres/);
    expect(await readdir(dataDir)).toEqual(['letter.txt']);
  });

  it('throws with the log when the port is taken', async () => {
    const first = await start({});
    await expect(startPostgres({ port: first.port })).rejects.toThrow(/did not start on port \d+ .*Address already in use/s);
  });

  it('builds the template once in the cache; servers that start at the same time do not disturb each other', async () => {
    process.env = { ...before, XDG_CACHE_HOME: folder };
    const servers = await Promise.all([start({}), start({})]);
    for (const server of servers) expect(await query(server, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(servers[0].dataDir).not.toBe(servers[1].dataDir);
    expect(await readdir(join(folder, 'pressero-embedded-services', 'postgres'))).toEqual([expect.stringMatching(/^template-18\..*\.tar$/)]);
    await expect(access(join(folder, 'deep'))).rejects.toThrow('ENOENT');
  });
});
