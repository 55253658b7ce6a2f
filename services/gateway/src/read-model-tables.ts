/**
 * The read model: what the API shows of orders and pushes. Made from events alone, so that it can be thrown away and made again.
 *
 * Two readers write it, several batches at once, and events come late, twice and in any order. So every row is a merge that does not
 * depend on the order: of an order the newest decision by version and time, of each of its pushes the newest revision. What the rows say
 * together, the state of an order, is computed by PostgreSQL from the merged row itself, so it cannot drift from it.
 *
 * `placed_at` sorts the lists. Until the decision of an order is known, it is the earliest time at which we heard of the order.
 */

// { pushId: [revision, state, accountId] } of two rows: the higher revision of each push.
const mergePushes = `create function merge_pushes(a jsonb, b jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when a = '{}' then b when b = '{}' then a else (
    select jsonb_object_agg(key, value) from (
      select distinct on (key) key, value from (select * from jsonb_each(a) union all select * from jsonb_each(b)) both_rows
      order by key, (value->>0)::integer desc) newest) end
$$`;

const anyPush = (...states: string[]): string => `pushes @? '$.*[1] ? (${states.map((state) => `@ == "${state}"`).join(' || ')})'`;

// See domain/order-state.ts for what the words mean. The first that fits counts.
const orderState = `create function order_state(result text, final boolean, version bigint, no_target_version bigint, pushes jsonb) returns text
  language sql immutable parallel safe as $$
  select case
    when ${anyPush('rejected', 'dead', 'needs-person', 'blocked', 'waiting-mapping')} then 'failed'
    when ${anyPush('queued', 'sending', 'retrying', 'checking')} then 'sending'
    when ${anyPush('withdrawn')} then case when result = 'waiting' and final then 'closed' else 'waiting' end
    when ${anyPush('sent')} then 'sent'
    when pushes <> '{}' then 'dismissed'
    when result = 'waiting' then case when final then 'closed' else 'waiting' end
    when no_target_version > 0 and no_target_version >= version then 'no-target'
    else 'pending' end
$$`;

export const readModelTables: readonly string[] = [
  mergePushes,
  orderState,
  `create table read_order (
    order_id uuid primary key,
    subscriber_id uuid not null,
    site_id uuid not null,
    order_number bigint not null,
    placed_at timestamptz not null,
    placed_known boolean not null,
    version bigint not null default 0,
    decided_at timestamptz not null default '-infinity',
    result text,
    final boolean not null default false,
    reasons json not null default '[]',
    item_numbers integer[] not null default '{}',
    no_target_version bigint not null default 0,
    no_target_message text,
    pushes jsonb not null default '{}',
    state text not null generated always as (order_state(result, final, version, no_target_version, pushes)) stored)`,
  // Lists are read state by state and merged, so that one index serves every choice of states, in the order in which they are shown.
  'create index read_order_state on read_order (subscriber_id, state, placed_at, order_id)',
  'create index read_order_site on read_order (subscriber_id, site_id, state, placed_at, order_id)',
  'create index read_order_number on read_order (subscriber_id, order_number, order_id)',
  `create table read_push (
    push_id uuid primary key,
    order_id uuid not null,
    subscriber_id uuid not null,
    site_id uuid not null,
    account_id uuid not null,
    provider text not null,
    order_number bigint not null,
    placed_at timestamptz not null,
    state text not null,
    code text,
    message text not null,
    reference text,
    reference_key text collate "C",
    provider_ref text,
    attempt integer not null,
    next_attempt_at timestamptz,
    revision integer not null,
    changed_at timestamptz not null)`,
  'create index read_push_account on read_push (subscriber_id, account_id, state, placed_at, order_id)',
  'create index read_push_order on read_push (order_id)',
  'create index read_push_reference on read_push (subscriber_id, reference_key, order_id)',
  `create index read_push_sent on read_push (subscriber_id, changed_at) where state = 'sent'`,
  // Which accounts a subscriber has pushes for; lists are read account by account.
  'create table read_account (subscriber_id uuid not null, account_id uuid not null, provider text not null, primary key (subscriber_id, account_id))',
  `create table read_timeline (
    order_id uuid not null,
    entry_key text not null,
    subscriber_id uuid not null,
    at timestamptz not null,
    entry json not null,
    primary key (order_id, entry_key))`,
  'create index read_timeline_age on read_timeline using brin (at)',
];

/** See entry-points/compare-orders.ts. */
export const orderWalkTables: readonly string[] = [
  'create table read_order_walk (only_row boolean primary key default true check (only_row), decided_at timestamptz not null, order_id uuid not null)',
  `insert into read_order_walk (decided_at, order_id) values ('1970-01-01Z', '00000000-0000-0000-0000-000000000000')`,
];

/** A rebuild: one at a time, resumed by another replica where it was when its process dies. See entry-points/rebuild-read-model.ts. */
export const rebuildTables: readonly string[] = [
  `create table read_model_rebuild (
    rebuild_id uuid primary key,
    actor text not null,
    state text not null,
    place json,
    decisions bigint not null default 0,
    pushes bigint not null default 0,
    started_at timestamptz not null default now(),
    finished_at timestamptz)`,
  `create unique index read_model_rebuild_one on read_model_rebuild ((true)) where finished_at is null`,
];

/** Synchronize: jobs and their logs. See domain/sync-run.ts. */
export const syncTables: readonly string[] = [
  `create table sync_run (
    sync_id uuid primary key,
    subscriber_id uuid not null,
    site_id uuid,
    kind text not null,
    state text not null,
    actor text not null,
    site_ids uuid[],
    place json,
    checked integer not null default 0,
    eligible integer not null default 0,
    waiting integer not null default 0,
    failure text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    lease_owner uuid,
    lease_until timestamptz not null default '-infinity')`,
  `create unique index sync_run_one on sync_run (subscriber_id, kind, coalesce(site_id, '00000000-0000-0000-0000-000000000000')) where finished_at is null`,
  'create index sync_run_list on sync_run (subscriber_id, sync_id)',
  `create table sync_line (
    sync_id uuid not null references sync_run on delete cascade,
    seq bigint generated always as identity,
    at timestamptz not null default now(),
    level text not null,
    message text not null,
    order_id uuid,
    order_number bigint,
    primary key (sync_id, seq))`,
];
