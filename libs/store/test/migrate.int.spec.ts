import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@pes/testkit';
import { createPool, isDataError, migrate, type Migration, type Pool } from '../src/index.ts';

let database: TestDatabase;
let admin: Pool;

const orders: Migration = { name: 'create-orders', sql: ['create table orders (id bigint primary key)', "insert into orders values (1)"] };
const label: Migration = { name: 'add-label', sql: ["alter table orders add label text not null default 'none'"] };
const schema = 'dispatch';

const run = (migrations: Migration[]): Promise<string[]> => migrate({ url: database.url, schema, migrations });
const query = async (text: string): Promise<unknown[]> => (await admin.query<Record<string, unknown>>(text)).rows;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = createPool({ url: database.url, applicationName: 'spec', maxConnections: 1 });
});

afterEach(async () => {
  await admin.query(`drop schema if exists ${schema} cascade`);
});

beforeEach(async () => {
  expect(await query(`select 1 from pg_namespace where nspname = '${schema}'`)).toEqual([]);
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe('migrate', () => {
  it('creates the schema, runs everything in order and returns the names', async () => {
    expect(await run([orders, label])).toEqual(['create-orders', 'add-label']);
    expect(await query('select * from dispatch.orders')).toEqual([{ id: 1, label: 'none' }]);
  });

  it('puts nothing outside the schema', async () => {
    await run([orders, label]);
    expect(await query(`select table_schema, table_name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 2`)).toEqual([
      { table_schema: schema, table_name: 'migrations' },
      { table_schema: schema, table_name: 'orders' },
    ]);
  });

  it('does nothing the second time, and only what is new after that', async () => {
    await run([orders]);
    expect(await run([orders])).toEqual([]);
    expect(await run([orders, label])).toEqual(['add-label']);
  });

  it('lets four replicas start at once: one migrates, all succeed', async () => {
    const slow: Migration = { name: 'slow', sql: ['select pg_sleep(0.3)', 'create table once (id int)'] };
    const results = await Promise.all([1, 2, 3, 4].map(() => run([orders, slow, label])));
    expect(results.map((names) => names.length).sort()).toEqual([0, 0, 0, 3]);
  });

  it('keeps two services apart that migrate in one database at once', async () => {
    await Promise.all([run([orders]), migrate({ url: database.url, schema: 'status', migrations: [orders] })]);
    expect(await query('select count(*) as n from status.migrations')).toEqual([{ n: 1 }]);
    await admin.query('drop schema status cascade');
  });

  it('rolls back the migration that fails, keeps those before it, names it, and goes on once it is mended', async () => {
    const broken: Migration = { name: 'add-more', sql: ['insert into orders (id) values (2)', 'insert into orders (id) values (2)'] };
    const error = await run([orders, broken]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining('migration "add-more", statement 2 failed: duplicate key') });
    expect(isDataError(error)).toBe(true);
    expect(await query('select id from dispatch.orders')).toEqual([{ id: 1 }]);
    expect(await run([orders, { ...broken, sql: broken.sql.slice(0, 1) }])).toEqual(['add-more']);
  });

  it.each([
    ['inserted before', [label, orders], 'migration 1 is "add-label" in the code and "create-orders" in the database'],
    ['renamed', [{ ...orders, name: 'make-orders' }], 'migration 1 is "make-orders" in the code and "create-orders" in the database'],
  ])('refuses a list in which one that ran was %s, and runs nothing', async (_, migrations, message) => {
    await run([orders]);
    await expect(run(migrations)).rejects.toThrow(message);
    expect(await query('select name from dispatch.migrations')).toHaveLength(1);
  });

  it('leaves a schema that is ahead as it is, for the old replicas of a rolling update', async () => {
    await run([orders, label]);
    expect(await run([orders])).toEqual([]);
  });
});
