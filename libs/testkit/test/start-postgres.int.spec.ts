import { access } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { dirname } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, waitUntil, type PostgresServer } from '../src/index.ts';
import { isRunning } from '../src/process-state.ts';

describe('startPostgres', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres({ settings: { work_mem: '7MB' } });
  });

  afterAll(async () => {
    await server.stop();
    await expect(access(dirname(server.dataDir))).rejects.toThrow('ENOENT');
  });

  async function connected(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async function query<T extends object>(text: string): Promise<T[]> {
    const client = await connected();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  }

  const values = async (): Promise<number[]> => (await query<{ n: number }>('SELECT n FROM kept ORDER BY n')).map(({ n }) => n);

  it('is PostgreSQL 18 with durable commits, on 127.0.0.1 only, with the settings asked for', async () => {
    const settings = await query(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS synchronous_commit, current_setting('listen_addresses') AS address,
              current_setting('unix_socket_directories') AS sockets, current_setting('max_connections') AS connections,
              current_setting('shared_buffers') AS buffers, current_setting('work_mem') AS work_mem`,
    );
    expect(settings).toEqual([
      { version: 18, fsync: 'on', synchronous_commit: 'on', address: '127.0.0.1', sockets: '', connections: '200', buffers: '256MB', work_mem: '7MB' },
    ]);
    const [error] = (await once(dial({ host: '127.0.0.2', port: server.port }), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('keeps what was committed over a kill and a restart, on the same address, and loses what was not', async () => {
    await query('CREATE TABLE kept AS SELECT 1 AS n');
    const open = await connected();
    await open.query('BEGIN');
    await open.query('INSERT INTO kept VALUES (2)');
    const { pid, url } = server;

    await server.kill();
    await expect(connected()).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.url).toBe(url);
    expect(await values()).toEqual([1]);
  });

  it('kills its backends too: one that is busy does not commit afterwards', async () => {
    const { backend, failed } = await startBusyBackend();
    await server.kill();
    expect(isRunning(backend)).toBe(false);
    await failed;
    await server.restart();
    expect(await values()).toEqual([1]);
  });

  it('restarts when somebody else killed the postmaster and a busy backend still holds its memory', async () => {
    const { backend, failed } = await startBusyBackend();
    process.kill(server.pid, 'SIGKILL');
    await waitUntil(() => !isRunning(server.pid));
    expect(isRunning(backend)).toBe(true);
    await server.restart();
    await failed;
    expect(await values()).toEqual([1]);
  });

  it('restarts a running server in an orderly way', async () => {
    const { pid } = server;
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(await values()).toEqual([1]);
  });

  /** It computes without waiting for anything, so that it does not notice the end of the postmaster, and would then insert. */
  async function startBusyBackend(): Promise<{ backend: number; failed: Promise<void> }> {
    const client = await connected();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const work = client.query('INSERT INTO kept SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS numbers');
    const failed = expect(work).rejects.toThrow();
    await waitUntil(async () => {
      const [activity] = await query<{ wait: string | null }>(`SELECT wait_event AS wait FROM pg_stat_activity WHERE state = 'active' AND pid = ${rows[0]!.pid}`);
      return activity?.wait === null;
    });
    return { backend: rows[0]!.pid, failed };
  }
});
