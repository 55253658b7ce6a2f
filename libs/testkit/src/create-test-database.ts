import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { sharedPostgresUrl } from './shared-postgres.ts';

export interface TestDatabase {
  /** Of the new database, as a user who may create roles. */
  readonly url: string;
  /** Of the database "postgres" of the same server and user. */
  readonly adminUrl: string;
  /** Cuts the connections that are still open. */
  drop(): Promise<void>;
}

/**
 * A new empty database on the PostgreSQL of this process, which starts with the first call and ends with the process.
 * TEST_DATABASE_URL names another server to use instead; its user must be a superuser.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env['TEST_DATABASE_URL'] ?? (await sharedPostgresUrl());
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, adminUrl, drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
