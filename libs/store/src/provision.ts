import pg from 'pg';

export interface ServiceDatabase {
  schema: string;
  role: string;
  password: string;
}

export interface ProvisionOptions {
  /** Role with CREATEROLE and, when the database is missing, CREATEDB. */
  adminUrl: string;
  /** Created when missing. The database of adminUrl when left out. */
  database?: string;
  services: readonly ServiceDatabase[];
}

/**
 * One database, one schema and one login role per service; no role reaches another's schema, nor `public`.
 * Returns each schema's own address. Idempotent, and sets the passwords anew, so it also rotates them.
 */
export async function provisionDatabase(options: ProvisionOptions): Promise<Record<string, string>> {
  const database = options.database ?? databaseOf(options.adminUrl);
  if (options.database !== undefined) await withClient(options.adminUrl, (client) => createDatabase(client, database));
  const adminUrl = addressOf(options.adminUrl, { database });
  await withClient(adminUrl, (client) => provision(client, database, options.services));
  return Object.fromEntries(
    options.services.map(({ schema, role, password }) => [schema, addressOf(adminUrl, { database, user: role, password })]),
  );
}

async function provision(client: pg.Client, database: string, services: readonly ServiceDatabase[]): Promise<void> {
  await client.query('begin');
  // Roles are shared by the whole cluster, and two sessions that alter the same one fail with "tuple concurrently updated".
  await client.query(`select pg_advisory_xact_lock(hashtext('pes-provision'))`);
  await client.query(`revoke all on database ${name(database)} from public`);
  await client.query('revoke all on schema public from public');
  for (const service of services) await createRole(client, service.role, service.password);
  for (const service of services) await createSchema(client, database, service);
  for (const { schema, role } of services) {
    const others = services.filter((other) => other.role !== role).map((other) => name(other.role));
    if (others.length > 0) await client.query(`revoke all on schema ${name(schema)} from ${others.join(', ')}`);
  }
  await client.query('commit');
}

async function createRole(client: pg.Client, role: string, password: string): Promise<void> {
  const found = await client.query('select from pg_roles where rolname = $1', [role]);
  const verb = found.rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${name(role)} login password ${pg.escapeLiteral(password)}`);
  // An administrator who is no superuser (managed servers) may only give a schema to a role that it belongs to.
  const admin = await client.query<{ superuser: boolean }>('select rolsuper as superuser from pg_roles where rolname = current_user');
  if (admin.rows[0]?.superuser !== true) await client.query(`grant ${name(role)} to current_user`);
}

async function createSchema(client: pg.Client, database: string, { schema, role }: ServiceDatabase): Promise<void> {
  await client.query(`create schema if not exists ${name(schema)}`);
  await client.query(`alter schema ${name(schema)} owner to ${name(role)}`);
  await client.query(`revoke all on schema ${name(schema)} from public`);
  await client.query(`grant connect on database ${name(database)} to ${name(role)}`);
  await client.query(`alter role ${name(role)} in database ${name(database)} set search_path = ${name(schema)}`);
}

async function createDatabase(client: pg.Client, database: string): Promise<void> {
  await client.query(`select pg_advisory_lock(hashtext('pes-provision'))`);
  const found = await client.query('select from pg_database where datname = $1', [database]);
  if (found.rowCount === 0) await client.query(`create database ${name(database)}`);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'provision', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const name = pg.escapeIdentifier;

function databaseOf(url: string): string {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  if (database === '') throw new Error('adminUrl names no database: add it to the path or pass `database`');
  return database;
}

function addressOf(url: string, parts: { database: string; user?: string; password?: string }): string {
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(parts.database)}`;
  if (parts.user !== undefined) address.username = encodeURIComponent(parts.user);
  if (parts.password !== undefined) address.password = encodeURIComponent(parts.password);
  return address.toString();
}
