import type { Migration } from '@pes/store';

/** History of schema `eligibility`. Append only. */
export const migrations: readonly Migration[] = [
  {
    name: 'create-order-state',
    sql: [
      // One partition a day of placing, made on demand, so that old days go with a drop instead of a delete.
      // json and not jsonb: it keeps the text as it came, which is passed on as it is, and costs no conversion.
      `create table order_state (
        order_id uuid not null,
        day date not null,
        subscriber_id uuid not null,
        site_id uuid not null,
        order_number bigint not null,
        version bigint not null,
        snapshot json not null,
        policy text,
        result text not null,
        final boolean not null,
        reasons json not null,
        item_numbers integer[] not null,
        decided_at timestamptz not null,
        primary key (order_id, day)
      ) partition by range (day)`,
      // lz4 packs several times faster than the default, but a server may be built without it.
      `do $$ begin
        alter table order_state alter column snapshot set compression lz4;
      exception when feature_not_supported then null;
      end $$`,
      // The walk that asks push-dispatch what it knows.
      `create index order_state_walk on order_state (decided_at, order_id)`,
      // Almost empty: only orders in which the site's policy had a say.
      'create index order_state_policy on order_state (site_id, policy) where policy is not null',
    ],
  },
  {
    name: 'create-site-policy',
    sql: [
      `create table site_policy (
        site_id uuid primary key,
        subscriber_id uuid not null,
        name text not null,
        invalid_item_policy text not null,
        version bigint not null,
        changed_at timestamptz not null
      )`,
      'create index site_policy_changed on site_policy (changed_at)',
    ],
  },
  {
    name: 'create-confirmation',
    sql: [
      // The place up to which push-dispatch is known to hold every decision, or the decision is in `unconfirmed`.
      `create table confirm_cursor (
        only_row boolean primary key default true check (only_row),
        decided_at timestamptz not null,
        order_id uuid not null
      )`,
      `insert into confirm_cursor (decided_at, order_id) values ('1970-01-01Z', '00000000-0000-0000-0000-000000000000')`,
      `create table unconfirmed (
        order_id uuid primary key,
        day date not null,
        attempts integer not null default 0,
        next_check_at timestamptz not null
      )`,
      'create index unconfirmed_due on unconfirmed (next_check_at)',
    ],
  },
];
