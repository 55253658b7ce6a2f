import type { ConnectorManifest } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { LaneLimits } from '../domain/lane-limits.ts';
import type { LanePause } from '../domain/lane-pause.ts';

interface LaneAccount {
  account_id: string;
  provider: string;
  settings: Record<string, unknown>;
  credential_key: string | null;
}

const laneAccountsStatement = {
  name: 'dispatch-lane-accounts',
  text: 'select account_id, provider, settings, credential_key from account where account_id = any($1::uuid[]) or provider = any($2::text[])',
};

/** The accounts themselves, and all accounts of the providers. */
export async function laneAccounts(db: Queryable, accountIds: readonly string[], providers: readonly string[]): Promise<LaneAccount[]> {
  return select<LaneAccount>(db, laneAccountsStatement, [accountIds, providers]);
}

// Of accounts that share credentials, the most careful limit counts. The bucket of a lane must be there before the lane.
const upsertBucketsStatement = {
  name: 'dispatch-upsert-buckets',
  text: `insert into bucket (bucket_key, capacity, refill_per_second, tokens)
    select bucket_key, min(capacity), min(refill_per_second), min(capacity)
    from unnest($1::text[], $2::double precision[], $3::double precision[]) as t(bucket_key, capacity, refill_per_second)
    group by bucket_key order by bucket_key
    on conflict (bucket_key) do update set capacity = excluded.capacity, refill_per_second = excluded.refill_per_second, tokens = least(bucket.tokens, excluded.capacity)`,
};

const upsertLanesStatement = {
  name: 'dispatch-upsert-lanes',
  text: `insert into lane (account_id, provider, bucket_key, max_in_flight, orders_per_message, lease_ms, orders_per_request)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
      as t(account_id, provider, bucket_key, max_in_flight, orders_per_message, lease_ms, orders_per_request)
    order by account_id
    on conflict (account_id) do update set provider = excluded.provider, bucket_key = excluded.bucket_key, max_in_flight = excluded.max_in_flight,
      orders_per_message = excluded.orders_per_message, lease_ms = excluded.lease_ms, orders_per_request = excluded.orders_per_request`,
};

export interface LaneSettings {
  accountId: string;
  bucketKey: string;
  manifest: ConnectorManifest;
  limits: LaneLimits;
}

export async function upsertLanes(db: Queryable, lanes: readonly LaneSettings[]): Promise<void> {
  if (lanes.length === 0) return;
  await select(db, upsertBucketsStatement, [lanes.map((l) => l.bucketKey), lanes.map((l) => l.limits.capacity), lanes.map((l) => l.limits.refillPerSecond)]);
  await select(db, upsertLanesStatement, [
    lanes.map((l) => l.accountId), lanes.map((l) => l.manifest.provider), lanes.map((l) => l.bucketKey), lanes.map((l) => l.manifest.maxInFlight),
    lanes.map((l) => l.manifest.ordersPerMessage), lanes.map((l) => l.limits.leaseMs), lanes.map((l) => l.manifest.rateLimit.ordersPerRequest ?? 1),
  ]);
}

export interface RateNews {
  accountId: string;
  /** Calls that may still be made before the provider's window ends. */
  remaining: number;
  /** Nothing more until then; 0 when the remaining calls may be made. Milliseconds. */
  holdUntilMs: number;
}

const adaptBucketsStatement = {
  name: 'dispatch-adapt-buckets',
  text: `with t as (
      select lane.bucket_key, min(n.remaining) as remaining, max(n.hold_until) as hold_until
      from unnest($1::uuid[], $2::double precision[], $3::timestamptz[]) as n(account_id, remaining, hold_until) join lane using (account_id)
      group by lane.bucket_key),
    locked as (select bucket_key from bucket where bucket_key in (select bucket_key from t) order by bucket_key for update)
    update bucket set tokens = least(bucket.tokens, t.remaining), hold_until = greatest(bucket.hold_until, t.hold_until)
    from t join locked using (bucket_key) where bucket.bucket_key = t.bucket_key`,
};

/** What the provider says about its own count goes before ours: others may use the same key. */
export async function adaptBuckets(db: Queryable, news: readonly RateNews[]): Promise<void> {
  if (news.length === 0) return;
  await select(db, adaptBucketsStatement, [
    news.map((n) => n.accountId), news.map((n) => n.remaining), news.map((n) => (n.holdUntilMs === 0 ? '-infinity' : new Date(n.holdUntilMs).toISOString())),
  ]);
}

const pauseLanesStatement = {
  name: 'dispatch-pause-lanes',
  text: `with t as (
      select distinct on (account_id) * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[]) as t(account_id, until, code, message)
      order by account_id, until desc),
    locked as (select account_id from lane where account_id in (select account_id from t) order by account_id for update)
    update lane set paused_until = t.until, pause_code = t.code, pause_message = t.message
    from t join locked using (account_id) where lane.account_id = t.account_id and lane.paused_until < t.until`,
};

export async function pauseLanes(db: Queryable, pauses: readonly LanePause[]): Promise<void> {
  if (pauses.length === 0) return;
  await select(db, pauseLanesStatement, [
    pauses.map((p) => p.accountId), pauses.map((p) => (p.untilMs === Infinity ? 'infinity' : new Date(p.untilMs).toISOString())),
    pauses.map((p) => p.code), pauses.map((p) => p.message),
  ]);
}

const openLanesStatement = {
  name: 'dispatch-open-lanes',
  text: `update lane set paused_until = '-infinity', pause_code = null, pause_message = null where account_id = any($1::uuid[]) and paused_until > now()`,
};

/** An account changed, perhaps its credentials: try again at once. */
export async function openLanes(db: Queryable, accountIds: readonly string[]): Promise<void> {
  await select(db, openLanesStatement, [accountIds]);
}
