import pg from 'pg';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, startPostgres, stopTestServers } from '../src/index.ts';

describe('createTestDatabase', () => {
  afterEach(() => {
    delete process.env['TEST_DATABASE_URL'];
  });

  afterAll(stopTestServers);

  async function query(url: string, text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<object>(text)).rows;
    } finally {
      await client.end();
    }
  }

  it('gives each call an empty database of its own on the same server', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'CREATE TABLE mine (n int)');
    expect(await query(two.url, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
    expect(new URL(one.url).host).toBe(new URL(two.url).host);
    expect(one.adminUrl).toBe(two.adminUrl);
    await Promise.all([one.drop(), two.drop()]);
  });

  it('drops the database although a connection is open', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    await cut;
    const name = new URL(database.url).pathname.slice(1);
    expect(await query(database.adminUrl, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)).toEqual([]);
    await database.drop();
  });

  it('takes the server of TEST_DATABASE_URL', async () => {
    const server = await startPostgres();
    process.env['TEST_DATABASE_URL'] = server.url;
    const database = await createTestDatabase();
    expect(database.adminUrl).toBe(server.url);
    expect(new URL(database.url).port).toBe(String(server.port));
    expect(await query(database.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  it('starts another server after stopTestServers', async () => {
    const before = await createTestDatabase();
    await stopTestServers();
    await expect(query(before.url, 'SELECT 1')).rejects.toThrow();
    const after = await createTestDatabase();
    expect(await query(after.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('finds the server of its process again in the next spec file, whose modules start afresh', async () => {
    const { adminUrl } = await createTestDatabase();
    jest.resetModules();
    const afresh = await import('../src/index.ts');
    expect(afresh.createTestDatabase).not.toBe(createTestDatabase);
    expect((await afresh.createTestDatabase()).adminUrl).toBe(adminUrl);
  });
});
