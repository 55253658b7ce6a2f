import { registryTables } from '@pes/registry';
import type { Migration } from '@pes/store';

export const schema = 'dispatch';

export const migrations: readonly Migration[] = [
  {
    name: 'tables',
    sql: [
      ...registryTables,
      // Also holds orders that are not eligible: a tombstone with the newest version keeps a late, older "eligible" from being sent.
      `create table order_snapshot (
        order_id uuid primary key,
        subscriber_id uuid not null,
        site_id uuid not null,
        order_number bigint not null,
        version bigint not null,
        eligible boolean not null,
        item_numbers integer[] not null,
        snapshot json,
        decided_at timestamptz not null)`,
      `create table push (
        push_id uuid primary key,
        order_id uuid not null,
        account_id uuid not null,
        subscriber_id uuid not null,
        site_id uuid not null,
        order_number bigint not null,
        provider text not null,
        reference text not null,
        state text not null,
        code text,
        message text not null,
        attempt integer not null default 0,
        failures integer not null default 0,
        run_at timestamptz,
        claimed_at timestamptz,
        lease_until timestamptz,
        first_sent_at timestamptz,
        check_first boolean not null default false,
        work_id uuid,
        announced_again boolean not null default false,
        sent_version bigint,
        provider_ref text,
        waiting_for uuid[] not null default '{}',
        generation integer not null default 1,
        revision integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (order_id, account_id),
        unique (account_id, reference))`,
      // Settled pushes are in none of the partial indexes, so history does not slow the lanes.
      `create index push_claimable on push (account_id, run_at, push_id) where state in ('queued', 'retrying', 'checking')`,
      `create index push_sending on push (account_id) where state = 'sending'`,
      `create index push_lease on push (lease_until) where state = 'sending'`,
      `create index push_waiting on push (account_id) where state in ('waiting-mapping', 'withdrawn', 'blocked')`,
      `create table attempt (
        push_id uuid not null,
        attempt integer not null,
        started_at timestamptz not null,
        finished_at timestamptz not null,
        kind text not null,
        code text,
        message text,
        exchanges json not null,
        primary key (push_id, attempt, started_at)) partition by range (started_at)`,
      // Providers count requests by key: accounts with the same credentials draw from one bucket.
      `create table bucket (
        bucket_key text primary key,
        capacity double precision not null,
        refill_per_second double precision not null,
        tokens double precision not null,
        refilled_at timestamptz not null default now(),
        hold_until timestamptz not null default '-infinity')`,
      `create table lane (
        account_id uuid primary key,
        provider text not null,
        bucket_key text not null references bucket,
        max_in_flight integer not null,
        orders_per_message integer not null,
        lease_ms integer not null,
        served_at timestamptz not null default '-infinity',
        paused_until timestamptz not null default '-infinity',
        pause_code text,
        pause_message text,
        operator_paused boolean not null default false)`,
      'create table stream_mark (stream text primary key, last_sequence bigint not null, seen_at timestamptz not null)',
      // A command may be delivered twice; the second time it must find that it was applied, also when the push failed again since.
      `create table applied_command (
        command_id text not null,
        push_id uuid not null,
        action text not null,
        actor text not null,
        note text,
        applied_at timestamptz not null default now(),
        primary key (command_id, push_id))`,
      'create index applied_command_push on applied_command (push_id)',
      `create index push_dead on push (push_id) where state = 'dead'`,
    ],
  },
  {
    // lz4 packs several times faster than the default, but a server may be built without it.
    name: 'fast compression',
    sql: [
      `do $$ begin
        alter table order_snapshot alter column snapshot set compression lz4;
        alter table attempt alter column exchanges set compression lz4;
      exception when feature_not_supported then null;
      end $$`,
    ],
  },
  {
    // An outbox for what timers change: no message comes again that would publish it a second time.
    name: 'unpublished changes',
    sql: [
      'alter table push add column unpublished boolean not null default false',
      'create index push_unpublished on push (push_id) where unpublished',
    ],
  },
  {
    // Two orders of one number are a fault elsewhere, and an outcome like any other: the second one is refused and says why.
    name: 'reference holder',
    sql: [
      'alter table push add column reference_holder boolean not null default true',
      'alter table push drop constraint push_account_id_reference_key',
      'create unique index push_reference on push (account_id, reference) where reference_holder',
    ],
  },
  {
    name: 'orders per request',
    sql: ['alter table lane add column orders_per_request integer not null default 1'],
  },
  {
    // How far the registry of a subscriber was read: a command waits for what its giver saw.
    name: 'registry seen',
    sql: ['create table registry_seen (subscriber_id uuid primary key, version bigint not null)'],
  },
];
