import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@pes/testkit';
import { countStatements, createPool, inTransaction, isConnectionError, isDataError, select, type Pool } from '../src/index.ts';

let database: TestDatabase;
let pool: Pool;

const insert = { name: 'insert_push', text: 'insert into push (id) values ($1) returning id' };
const ids = async (): Promise<unknown[]> => (await select<{ id: number }>(pool, { name: 'push_ids', text: 'select id from push order by id' })).map(({ id }) => id);
const backend = async (): Promise<unknown> => (await select<{ pid: number }>(pool, { name: 'backend', text: 'select pg_backend_pid() as pid' }))[0]?.pid;

beforeAll(async () => {
  database = await createTestDatabase();
  // One connection, so that the next statement shows what became of it.
  pool = createPool({ url: database.url, applicationName: 'spec', maxConnections: 1 });
  await pool.query('create table push (id bigint primary key)');
});

afterEach(async () => {
  await pool.query('truncate push');
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('inTransaction', () => {
  it('commits and returns what the work returns', async () => {
    const rows = await inTransaction(pool, async (client) => [...(await select(client, insert, [1])), ...(await select(client, insert, [2]))]);
    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await ids()).toEqual([1, 2]);
  });

  it('rolls back when the work throws, passes the error on and keeps the connection', async () => {
    const before = await backend();
    const work = inTransaction(pool, async (client) => {
      await select(client, insert, [1]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual([]);
    expect(await backend()).toBe(before);
  });

  it('rolls back when a statement fails', async () => {
    const work = inTransaction(pool, async (client) => {
      await select(client, insert, [1]);
      await select(client, insert, [1]);
    });
    expect(isDataError(await work.catch((error: unknown) => error))).toBe(true);
    expect(await ids()).toEqual([]);
  });

  it('rejects when the work swallowed a failed statement, because nothing was committed', async () => {
    const work = inTransaction(pool, async (client) => {
      await select(client, insert, [1]);
      await select(client, insert, [1]).catch(() => undefined);
      return 'looks fine';
    });
    await expect(work).rejects.toThrow('its error was swallowed');
    expect(await ids()).toEqual([]);
  });

  it('destroys a connection whose backend was killed and works on the next call', async () => {
    const before = await backend();
    const work = inTransaction(pool, async (client) => {
      await select(client, insert, [1]);
      await client.query('select pg_terminate_backend(pg_backend_pid())');
    });
    expect(isConnectionError(await work.catch((error: unknown) => error))).toBe(true);
    expect(await inTransaction(pool, (client) => select(client, insert, [2]))).toEqual([{ id: 2 }]);
    expect(await ids()).toEqual([2]);
    expect(await backend()).not.toBe(before);
  });

  it('leaves no connection behind after many failures', async () => {
    for (let round = 0; round < 20; round += 1) {
      await inTransaction(pool, () => Promise.reject(new Error('no'))).catch(() => undefined);
    }
    expect({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }).toEqual({ total: 1, idle: 1, waiting: 0 });
  });

  it('counts begin, the statements and commit as round trips', async () => {
    const count = countStatements(pool);
    await inTransaction(pool, (client) => select(client, insert, [1]));
    count.stop();
    expect([...count.byName().keys()]).toEqual(['begin', 'insert_push', 'commit']);
  });
});
