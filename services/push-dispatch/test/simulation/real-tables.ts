import { applyAccounts } from '@pes/registry';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase } from '@pes/testkit';
import { createAttemptPartitions } from '../../src/data-access/attempt-partitions.sql.ts';
import { upsertLanes } from '../../src/data-access/lanes.sql.ts';
import { migrations, schema } from '../../src/migrations.ts';
import { aManifest, anAccount } from '../order-fixture.ts';
import type { LaneRecord, Tables } from './tables.ts';

/** The tables of push-dispatch in PostgreSQL, with a clock that stands until it is moved. */
export interface RealTables {
  db: Pool;
  /** Empties the tables, and fills them with the accounts, lanes and buckets of the fake ones. */
  fillFrom(tables: Tables): Promise<void>;
  setTime(nowMs: number): Promise<void>;
  stop(): Promise<void>;
}

// Found before those of the system, because the search path names the system's schema second.
const standingClock = [
  'create table standing_clock (at timestamptz not null)',
  'insert into standing_clock values (to_timestamp(0))',
  `create function now() returns timestamptz stable language sql as 'select at from dispatch.standing_clock'`,
  `create function clock_timestamp() returns timestamptz stable language sql as 'select at from dispatch.standing_clock'`,
  'alter table push alter updated_at set default now()',
  'alter table bucket alter refilled_at set default now()',
];

function laneSettings(tables: Tables, lane: LaneRecord) {
  const { capacity, refillPerSecond } = tables.buckets.get(lane.bucketKey)!;
  return {
    accountId: lane.accountId, bucketKey: lane.bucketKey, limits: { capacity, refillPerSecond, leaseMs: lane.leaseMs },
    manifest: aManifest({ provider: lane.provider, maxInFlight: lane.maxInFlight, ordersPerMessage: lane.ordersPerMessage }),
  };
}

export async function openRealTables(): Promise<RealTables> {
  const database = await createTestDatabase();
  await migrate({ url: database.url, schema, migrations });
  const url = new URL(database.url);
  url.searchParams.set('options', `-c search_path=${schema},pg_catalog`);
  const db = createPool({ url: url.toString(), applicationName: 'simulation-tables', maxConnections: 1 });
  await createAttemptPartitions(db, 30);
  for (const statement of standingClock) await db.query(statement);

  return {
    db,
    async setTime(nowMs) {
      await db.query('update standing_clock set at = to_timestamp($1::double precision / 1000)', [nowMs]);
    },
    async fillFrom(tables) {
      await db.query('truncate push, order_snapshot, attempt, lane, bucket, account, applied_command');
      await applyAccounts(db, [...tables.accounts.values()].map((account) => ({ ...anAccount(account), version: 1 })));
      await upsertLanes(db, [...tables.lanes.values()].map((lane) => laneSettings(tables, lane)));
    },
    async stop() {
      await db.end();
      await database.drop();
    },
  };
}
