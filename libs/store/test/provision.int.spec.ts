import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@pes/testkit';
import { createPool, migrate, provisionDatabase, type Pool } from '../src/index.ts';

const run = randomBytes(4).toString('hex');
const password = `p'w"d@/:%${run}`;
const services = [
  { schema: 'dispatch', role: `dispatch_${run}`, password },
  { schema: 'status', role: `status_${run}`, password },
];
const migrations = [{ name: 'create-secret', sql: ['create table secret (value text)', "insert into secret values ('mine')"] }];

let server: TestDatabase;
let admin: Pool;
const pools: Pool[] = [];

function connect(url: string | undefined): Pool {
  if (url === undefined) throw new Error('no address');
  const pool = createPool({ url, applicationName: 'spec', maxConnections: 1 });
  pools.push(pool);
  return pool;
}

beforeAll(async () => {
  server = await createTestDatabase();
  admin = createPool({ url: server.url, applicationName: 'spec-admin', maxConnections: 1 });
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
});

afterAll(async () => {
  for (const { role } of services) await admin.query(`drop owned by ${role}; drop role ${role}`);
  await admin.end();
  await server.drop();
});

describe('provisionDatabase', () => {
  it('gives each service a schema of its own, which it can migrate and find without naming it', async () => {
    const urls = await provisionDatabase({ adminUrl: server.url, services });
    for (const { schema } of services) {
      await migrate({ url: urls[schema] ?? '', schema, migrations });
      expect((await connect(urls[schema]).query('select value from secret')).rows).toEqual([{ value: 'mine' }]);
    }
  });

  it('keeps a role out of the schema of another one, and out of public', async () => {
    const urls = await provisionDatabase({ adminUrl: server.url, services });
    const status = connect(urls['status']);
    for (const statement of ['select * from dispatch.secret', 'create table dispatch.mine (id int)', 'create table public.mine (id int)', 'create schema mine']) {
      await expect(status.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('takes away what was granted by hand in between', async () => {
    await admin.query(`grant usage on schema dispatch to status_${run}; grant select on dispatch.secret to status_${run}`);
    const urls = await provisionDatabase({ adminUrl: server.url, services });
    await expect(connect(urls['status']).query('select * from dispatch.secret')).rejects.toMatchObject({ code: '42501' });
  });

  it('sets a new password when run with one', async () => {
    const before = await provisionDatabase({ adminUrl: server.url, services });
    const after = await provisionDatabase({ adminUrl: server.url, services: services.map((service) => ({ ...service, password: 'rotated' })) });
    await expect(connect(before['status']).query('select 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await connect(after['status']).query('select value from secret')).rowCount).toBe(1);
  });

  it('may run several times at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => provisionDatabase({ adminUrl: server.url, services })));
  });

  it('creates the database when it is missing, also as an administrator who is no superuser', async () => {
    const admins = `admin_${run}`;
    await admin.query(`create role ${admins} login password 'a' createdb createrole`);
    const adminUrl = new URL(server.adminUrl);
    adminUrl.username = admins;
    adminUrl.password = 'a';
    const database = `made_${run}`;
    const own = [{ schema: 'gateway', role: `gateway_${run}`, password }, { schema: 'catalog', role: `catalog_${run}`, password }];
    for (const round of [1, 2]) {
      const urls = await provisionDatabase({ adminUrl: adminUrl.href, database, services: own });
      const pool = connect(urls['gateway']);
      expect((await pool.query(`select current_database() as database, current_user as role, ${String(round)} as round`)).rows).toEqual([{ database, role: `gateway_${run}`, round }]);
    }
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await admin.query(`drop database ${database}`);
    await admin.query(`drop role gateway_${run}; drop role catalog_${run}; drop role ${admins}`);
  });

  it('asks for the database when neither the address nor the options name one', async () => {
    const adminUrl = new URL(server.url);
    adminUrl.pathname = '';
    await expect(provisionDatabase({ adminUrl: adminUrl.href, services })).rejects.toThrow('adminUrl names no database');
  });
});
