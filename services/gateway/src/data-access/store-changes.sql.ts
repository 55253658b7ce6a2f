import { select, type Queryable } from '@pes/store';
import { changeEntries, newestChanges, type ChangeRow } from '../domain/read-rows.ts';
import { jsonParameter } from './json-parameter.ts';

const storeStatement = {
  name: 'gateway-store-changes',
  text: `with c as materialized (
      select * from json_to_recordset($1::json) as t("orderId" uuid, "subscriberId" uuid, "siteId" uuid, "orderNumber" bigint, "pushId" uuid, "accountId" uuid,
        provider text, state text, code text, message text, reference text, "referenceKey" text, "providerRef" text, attempt integer, "nextAttemptAt" timestamptz,
        revision bigint, at timestamptz)),
    entries as (
      insert into read_timeline (order_id, subscriber_id, entry_key, at, entry)
      select "orderId", "subscriberId", "entryKey", at, entry
      from json_to_recordset($2::json) as t("orderId" uuid, "subscriberId" uuid, "entryKey" text, at timestamptz, entry json) order by "orderId", "entryKey"
      on conflict do nothing),
    accounts as (
      insert into read_account (subscriber_id, account_id, provider)
      select distinct "subscriberId", "accountId", provider from c where "pushId" is not null order by 1, 2
      on conflict do nothing),
    orders as (
      insert into read_order as o (order_id, subscriber_id, site_id, order_number, placed_at, placed_known, no_target_version, no_target_message, pushes)
      select "orderId", "subscriberId", min("siteId"::text)::uuid, min("orderNumber"), min(at), false,
        coalesce(max(revision) filter (where "pushId" is null), 0), max(message) filter (where "pushId" is null),
        coalesce(jsonb_object_agg("pushId", jsonb_build_array(revision, state, "accountId")) filter (where "pushId" is not null), '{}')
      from c group by "orderId", "subscriberId" order by "orderId"
      on conflict (order_id) do update set
        placed_at = case when o.placed_known then o.placed_at else least(o.placed_at, excluded.placed_at) end,
        no_target_message = case when excluded.no_target_version > o.no_target_version then excluded.no_target_message else o.no_target_message end,
        no_target_version = greatest(o.no_target_version, excluded.no_target_version),
        pushes = merge_pushes(o.pushes, excluded.pushes)
      where o.subscriber_id = excluded.subscriber_id
      returning o.order_id, o.placed_at)
    insert into read_push as p (push_id, order_id, subscriber_id, site_id, account_id, provider, order_number, placed_at, state, code, message, reference, reference_key,
      provider_ref, attempt, next_attempt_at, revision, changed_at)
    select "pushId", "orderId", "subscriberId", "siteId", "accountId", provider, "orderNumber", orders.placed_at, state, code, message, reference, "referenceKey",
      "providerRef", attempt, "nextAttemptAt", revision, at
    from c join orders on orders.order_id = c."orderId" where "pushId" is not null order by "pushId"
    on conflict (push_id) do update set placed_at = excluded.placed_at, state = excluded.state, code = excluded.code, message = excluded.message,
      reference = excluded.reference, reference_key = excluded.reference_key, provider_ref = excluded.provider_ref, attempt = excluded.attempt,
      next_attempt_at = excluded.next_attempt_at, revision = excluded.revision, changed_at = excluded.changed_at
    where p.revision < excluded.revision`,
};

/** Any changes of pushes, in any order, repeats included, in one statement. */
export async function storeChanges(db: Queryable, rows: readonly ChangeRow[]): Promise<void> {
  if (rows.length === 0) return;
  const newest = newestChanges(rows).map((row) => ({ ...row, referenceKey: row.reference?.toUpperCase() ?? null }));
  await select(db, storeStatement, [jsonParameter(newest), jsonParameter(changeEntries(rows))]);
}
