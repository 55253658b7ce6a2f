import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { provisionDatabase } from '@pes/store';
import { startNats, startPostgres } from '@pes/testkit';
import type { DataFolder } from './data-folder.ts';
import { manageServer, type ManagedServer } from './managed-server.ts';
import type { Surroundings } from './managed-process.ts';
import { schemas } from './programs.ts';
import type { InstanceSecrets } from './secrets.ts';

/** NATS of this instance; also rewinds its store, as a restore from an old backup would. */
export interface ManagedNats extends ManagedServer {
  snapshotStore(): Promise<string>;
  restoreStore(snapshot: string): Promise<void>;
}

export interface BackingServers {
  natsUrl: string;
  /** Undefined when an address from outside is used. */
  nats: ManagedNats | undefined;
  databaseAdminUrl: string;
  postgres: ManagedServer | undefined;
}

export interface BackingOptions {
  natsUrl?: string | undefined;
  databaseUrl?: string | undefined;
  /** Lines for the end of the nats-server configuration. */
  natsConfig?: string | undefined;
  postgresSettings?: Record<string, string | number> | undefined;
}

type Around = Pick<Surroundings, 'processes' | 'report'>;

/** Starts what is not given by an address, both at once. When one fails, the other does not stay. */
export async function startBackingServers(folder: DataFolder, options: BackingOptions, around: Around): Promise<BackingServers> {
  const starting = [startOwnNats(folder, options, around), startOwnPostgres(folder, options, around)] as const;
  try {
    const [nats, postgres] = await Promise.all(starting);
    return { nats, natsUrl: options.natsUrl ?? nats?.url ?? '', postgres, databaseAdminUrl: options.databaseUrl ?? postgres?.url ?? '' };
  } catch (error) {
    for (const start of await Promise.allSettled(starting)) if (start.status === 'fulfilled') await start.value?.stop();
    throw error;
  }
}

async function startOwnNats(folder: DataFolder, { natsUrl, natsConfig }: BackingOptions, around: Around): Promise<ManagedNats | undefined> {
  if (natsUrl !== undefined) return undefined;
  const server = await startNats({ storeDir: folder.nats, logFile: join(folder.logs, 'nats.log'), ...(natsConfig === undefined ? {} : { configExtra: natsConfig }) });
  const managed = manageServer('nats', server, around);
  return Object.assign(managed, {
    snapshotStore: () => managed.undisturbed(() => server.snapshotStore()),
    restoreStore: (snapshot: string) => managed.undisturbed(() => server.restoreStore(snapshot)),
  });
}

async function startOwnPostgres(folder: DataFolder, { databaseUrl, postgresSettings }: BackingOptions, around: Around): Promise<ManagedServer | undefined> {
  if (databaseUrl !== undefined) return undefined;
  const server = await startPostgres({ dataDir: folder.postgres, logFile: join(folder.logs, 'postgres.log'), ...(postgresSettings === undefined ? {} : { settings: postgresSettings }) });
  return manageServer('postgres', server, around);
}

/** Address of each service's own schema, by schema name. A database from outside is used as it is named; ours gets one beside the default. */
export async function provisionSchemas({ databaseAdminUrl, postgres }: BackingServers, secrets: InstanceSecrets): Promise<Record<string, string>> {
  const services = Object.values(schemas).map((schema) => ({ schema, role: schema, password: secrets.passwordOf(schema) }));
  if (postgres !== undefined) return provisionDatabase({ adminUrl: databaseAdminUrl, database: 'pressero', services });
  try {
    return await provisionDatabase({ adminUrl: databaseAdminUrl, services });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`DATABASE_URL cannot be used: ${reason}. It must name a running database and a user who may create roles and schemas`, { cause });
  }
}

const mebibyte = 1024 * 1024;

/**
 * Storage for all streams together, in MiB: half of what the disk has left, because nats-server refuses streams that could outgrow it.
 */
export async function streamBudgetMb(folder: DataFolder): Promise<number> {
  const { bavail, bsize } = await statfs(folder.root);
  return Math.max(256, Math.min(8192, Math.floor((bavail * bsize) / mebibyte / 2)));
}
