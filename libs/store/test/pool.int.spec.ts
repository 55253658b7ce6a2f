import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, waitUntil, type TestDatabase } from '@pes/testkit';
import { createPool, isConnectionError, isDataError, onStatement, countStatements, select, type Pool } from '../src/index.ts';

let database: TestDatabase;
let pool: Pool;
let admin: Pool;
const idleErrors: Error[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = createPool({ url: database.url, applicationName: 'spec-admin', maxConnections: 1 });
  await admin.query('create schema "odd schema"; create table "odd schema".orders (id bigint primary key, body jsonb, label varchar(5))');
  pool = createPool({
    url: database.url,
    applicationName: 'spec',
    maxConnections: 2,
    schema: 'odd schema',
    connectTimeoutMs: 500,
    statementTimeoutMs: 700,
    onError: (error) => idleErrors.push(error),
  });
});

afterEach(() => {
  idleErrors.length = 0;
});

afterAll(async () => {
  await pool.end();
  await admin.end();
  await database.drop();
});

const rejection = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);
const killBackends = (): Promise<unknown> =>
  admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'spec' and datname = current_database()`);

describe('a connection of the pool', () => {
  it('has the schema as search path, the application name and the timeouts', async () => {
    const [row] = await select<Record<string, string>>(pool, {
      name: 'settings',
      text: `select current_schema() as schema, current_setting('application_name') as app, current_setting('statement_timeout') as statement,
        current_setting('idle_in_transaction_session_timeout') as idle`,
    });
    expect(row).toEqual({ schema: 'odd schema', app: 'spec', statement: '700ms', idle: '30s' });
  });

  it('reads int8 as numbers, alone and in arrays, and numeric as text', async () => {
    const rows = await select(pool, {
      name: 'integers',
      text: `select 9007199254740991::int8 as large, array[1, null, -2]::int8[] as many, count(*) as counted, 1.50::numeric as price from orders`,
    });
    expect(rows).toEqual([{ large: 9007199254740991, many: [1, null, -2], counted: 0, price: '1.50' }]);
  });

  it('fails the statement instead of rounding an int8 that does not fit, and stays usable', async () => {
    const error = await rejection(select(pool, { name: 'too_large', text: 'select 9007199254740992::int8 as value' }));
    expect(error).toMatchObject({ message: expect.stringContaining('9007199254740992 does not fit') });
    expect(await select(pool, { name: 'one', text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });

  it('prepares a statement once per connection', async () => {
    const statement = { name: 'prepared_once', text: 'select $1::int + 1 as next' };
    const client = await pool.connect();
    try {
      expect(await select(client, statement, [1])).toEqual([{ next: 2 }]);
      expect(await select(client, statement, [5])).toEqual([{ next: 6 }]);
      const found = await client.query<{ name: string }>(`select name from pg_prepared_statements where name = 'prepared_once'`);
      expect(found.rows).toHaveLength(1);
    } finally {
      client.release();
    }
  });
});

describe('errors as PostgreSQL really reports them', () => {
  const insert = { name: 'insert_order', text: 'insert into orders (id, body, label) values ($1, $2, $3)' };

  it.each([
    ['a NUL in jsonb', [1, JSON.stringify({ note: 'a\u0000b' }), null]],
    ['a NUL in text', [1, null, 'a\u0000b']],
    ['malformed JSON', [1, '{', null]],
    ['text that is too long', [1, null, 'abcdef']],
    ['a missing key', [null, null, null]],
    ['a number that is out of range', ['9223372036854775808', null, null]],
  ])('%s is a data error', async (_, values) => {
    const error = await rejection(select(pool, insert, values));
    expect({ data: isDataError(error), connection: isConnectionError(error) }).toEqual({ data: true, connection: false });
  });

  it('a duplicate is a data error', async () => {
    await select(pool, insert, [7, null, null]);
    expect(isDataError(await rejection(select(pool, insert, [7, null, null])))).toBe(true);
  });

  it('a statement past its timeout is neither', async () => {
    const error = await rejection(select(pool, { name: 'slow', text: 'select pg_sleep(5)' }));
    expect(error).toMatchObject({ code: '57014' });
    expect({ data: isDataError(error), connection: isConnectionError(error) }).toEqual({ data: false, connection: false });
  });

  it('no free connection within the limit is a connection error', async () => {
    const clients = [await pool.connect(), await pool.connect()];
    const error = await rejection(pool.query('select 1'));
    for (const client of clients) client.release();
    expect(isConnectionError(error)).toBe(true);
  });

  it('a server that is not there is a connection error', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const lost = createPool({ url: url.href, applicationName: 'spec-lost', maxConnections: 1 });
    expect(isConnectionError(await rejection(lost.query('select 1')))).toBe(true);
    await lost.end();
  });
});

describe('a backend that is killed', () => {
  it('while idle reports to onError and the next statement gets a new connection', async () => {
    await pool.query('select 1');
    await killBackends();
    await waitUntil(() => pool.totalCount === 0, { timeoutMs: 5_000 });
    expect(idleErrors.length).toBeGreaterThan(0);
    expect(idleErrors.every(isConnectionError)).toBe(true);
    expect(await select(pool, { name: 'one', text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });

  it('during a statement rejects it as a connection error', async () => {
    const running = rejection(pool.query('select pg_sleep(0.6)'));
    await waitUntil(async () => (await admin.query(`select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`)).rowCount === 1, {
      timeoutMs: 5_000,
    });
    await killBackends();
    expect(isConnectionError(await running)).toBe(true);
  });

  it('between two statements of a checked-out client rejects the next one, and the process lives', async () => {
    const client = await pool.connect();
    const closed = new Promise((resolve) => client.once('end', resolve));
    await client.query('select 1');
    await killBackends();
    await closed;
    const error = await rejection(client.query('select 1'));
    client.release(true);
    expect(isConnectionError(error)).toBe(true);
  });
});

describe('countStatements', () => {
  it('counts each round trip, by name where there is one, until it is stopped', async () => {
    const seen: string[] = [];
    const stopListening = onStatement(pool, ({ text }) => seen.push(text));
    const count = countStatements(pool);
    const one = { name: 'one', text: 'select 1 as one' };
    await Promise.all([select(pool, one), select(pool, one), select(pool, one)]);
    await pool.query('select 2');
    expect(count.total()).toBe(4);
    expect([...count.byName()]).toEqual([['one', 3], ['select 2', 1]]);
    count.stop();
    stopListening();
    await select(pool, one);
    expect(count.total()).toBe(4);
    expect(seen).toEqual(['select 1 as one', 'select 1 as one', 'select 1 as one', 'select 2']);
  });
});
