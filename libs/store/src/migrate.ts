import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { checkRecorded, toMigrationClass, type Migration, type RecordedMigration } from './migration-class.ts';
import { withSearchPath } from './search-path.ts';

export type { Migration } from './migration-class.ts';

export interface MigrateOptions {
  url: string;
  /** Created when missing and the role may; holds the tables and the record of what ran. */
  schema: string;
  /** In order. Append only: a migration that ran is never edited, moved or removed. */
  migrations: readonly Migration[];
}

const recordTable = 'migrations';
/** A replica waits this long for the one that migrates before it gives up with an error. */
const lockTimeoutMs = 300_000;

/**
 * Brings the schema up to the newest migration and returns the names that ran now. Each runs in a transaction of its own.
 * Any number of replicas may call it at once: an advisory lock lets one through, the others then find nothing to do.
 * A schema that is ahead (a newer version is being rolled out) is left as it is.
 * Rejects with the migration's name and the PostgreSQL error as cause; what ran before stays.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const url = withSearchPath(options.url, options.schema);
  const client = new pg.Client({ connectionString: url, application_name: `migrate ${options.schema}`, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`set lock_timeout = ${String(lockTimeoutMs)}`);
    // The session lock goes with the connection, so a replica that dies while it migrates blocks nobody.
    await client.query('select pg_advisory_lock(hashtext($1), hashtext($2))', ['pes-migrate', options.schema]);
    await createSchema(client, options.schema);
    checkRecorded(options.migrations, await recorded(client, options.schema));
    return await runThroughTypeOrm(url, options);
  } finally {
    await client.end();
  }
}

async function runThroughTypeOrm(url: string, { schema, migrations }: MigrateOptions): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    poolSize: 1,
    installExtensions: false,
    migrations: migrations.map(toMigrationClass),
    migrationsTableName: recordTable,
    migrationsTransactionMode: 'each',
    // It would print a failure that the caller gets as a rejection anyway.
    logger: silent,
  });
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations();
    return ran.map(({ timestamp }) => migrations[timestamp - 1]?.name ?? String(timestamp));
  } finally {
    await dataSource.destroy();
  }
}

const nothing = (): void => undefined;
const silent: Logger = { logQuery: nothing, logQueryError: nothing, logQuerySlow: nothing, logSchemaBuild: nothing, logMigration: nothing, log: nothing };

/** Asks first: a service's own role owns its schema but may not create one. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  const found = await client.query('select from pg_namespace where nspname = $1', [schema]);
  if (found.rowCount === 0) await client.query(`create schema ${pg.escapeIdentifier(schema)}`);
}

async function recorded(client: pg.Client, schema: string): Promise<RecordedMigration[]> {
  const table = `${pg.escapeIdentifier(schema)}.${recordTable}`;
  const found = await client.query<{ present: boolean }>('select to_regclass($1) is not null as present', [table]);
  if (found.rows[0]?.present !== true) return [];
  const result = await client.query<RecordedMigration>(`select "timestamp"::int as position, name from ${table} order by "timestamp"`);
  return result.rows;
}
