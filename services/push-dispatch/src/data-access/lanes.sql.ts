import type { ConnectorManifest } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { LaneLimits } from '../domain/lane-limits.ts';

interface LaneAccount {
  account_id: string;
  provider: string;
  settings: Record<string, unknown>;
}

const laneAccountsStatement = {
  name: 'dispatch-lane-accounts',
  text: 'select account_id, provider, settings from account where account_id = any($1::uuid[]) or provider = any($2::text[])',
};

/** The accounts themselves, and all accounts of the providers. */
export async function laneAccounts(db: Queryable, accountIds: readonly string[], providers: readonly string[]): Promise<LaneAccount[]> {
  return select<LaneAccount>(db, laneAccountsStatement, [accountIds, providers]);
}

const upsertLanesStatement = {
  name: 'dispatch-upsert-lanes',
  text: `insert into lane (account_id, provider, max_in_flight, orders_per_message, lease_ms, capacity, refill_per_second, tokens)
    select account_id, provider, max_in_flight, orders_per_message, lease_ms, capacity, refill_per_second, capacity
    from unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::double precision[], $7::double precision[])
      as t(account_id, provider, max_in_flight, orders_per_message, lease_ms, capacity, refill_per_second)
    order by account_id
    on conflict (account_id) do update set max_in_flight = excluded.max_in_flight, orders_per_message = excluded.orders_per_message,
      lease_ms = excluded.lease_ms, capacity = excluded.capacity, refill_per_second = excluded.refill_per_second, tokens = least(lane.tokens, excluded.capacity)`,
};

export async function upsertLanes(db: Queryable, lanes: ReadonlyArray<{ accountId: string; manifest: ConnectorManifest; limits: LaneLimits }>): Promise<void> {
  if (lanes.length === 0) return;
  await select(db, upsertLanesStatement, [
    lanes.map((l) => l.accountId), lanes.map((l) => l.manifest.provider), lanes.map((l) => l.manifest.maxInFlight), lanes.map((l) => l.manifest.ordersPerMessage),
    lanes.map((l) => l.limits.leaseMs), lanes.map((l) => l.limits.capacity), lanes.map((l) => l.limits.refillPerSecond),
  ]);
}

export interface LanePause {
  accountId: string;
  /** Milliseconds; Infinity until somebody acts. */
  untilMs: number;
  code: string;
  message: string;
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
