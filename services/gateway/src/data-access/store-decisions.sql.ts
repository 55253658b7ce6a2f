import { select, type Queryable } from '@pes/store';
import { decisionEntries, newestDecisions, type DecisionRow } from '../domain/read-rows.ts';
import { jsonParameter } from './json-parameter.ts';

const storeStatement = {
  name: 'gateway-store-decisions',
  text: `with d as materialized (
      select * from json_to_recordset($1::json) as t("orderId" uuid, "subscriberId" uuid, "siteId" uuid, "orderNumber" bigint, "placedAt" timestamptz,
        version bigint, "decidedAt" timestamptz, result text, final boolean, reasons json, "itemNumbers" json)),
    entries as (
      insert into read_timeline (order_id, subscriber_id, entry_key, at, entry)
      select "orderId", "subscriberId", "entryKey", at, entry
      from json_to_recordset($2::json) as t("orderId" uuid, "subscriberId" uuid, "entryKey" text, at timestamptz, entry json) order by "orderId", "entryKey"
      on conflict do nothing)
    insert into read_order as o (order_id, subscriber_id, site_id, order_number, placed_at, placed_known, version, decided_at, result, final, reasons, item_numbers)
    select "orderId", "subscriberId", "siteId", "orderNumber", coalesce("placedAt", "decidedAt"), "placedAt" is not null, version, "decidedAt", result, final, reasons,
      array(select json_array_elements_text("itemNumbers")::integer)
    from d order by "orderId"
    on conflict (order_id) do update set
      placed_at = case when excluded.placed_known then excluded.placed_at when o.placed_known then o.placed_at else least(o.placed_at, excluded.placed_at) end,
      placed_known = o.placed_known or excluded.placed_known,
      site_id = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.site_id else o.site_id end,
      result = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.result else o.result end,
      final = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.final else o.final end,
      reasons = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.reasons else o.reasons end,
      item_numbers = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.item_numbers else o.item_numbers end,
      decided_at = case when (excluded.version, excluded.decided_at) > (o.version, o.decided_at) then excluded.decided_at else o.decided_at end,
      version = greatest(o.version, excluded.version)
    where o.subscriber_id = excluded.subscriber_id
    returning o.order_id, o.pushes <> '{}' as pushed`,
};

const datesStatement = {
  name: 'gateway-date-pushes',
  text: `update read_push p set placed_at = o.placed_at from read_order o
    where o.order_id = any($1::uuid[]) and p.order_id = o.order_id and p.placed_at <> o.placed_at`,
};

/**
 * Any decisions, in any order, repeats included. One statement; a second one where pushes were heard of before the order: they get its
 * date. A statement of its own, because a push that was stored while the first one waited for the order is not in the first one's snapshot.
 */
export async function storeDecisions(db: Queryable, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  const stored = await select<{ order_id: string; pushed: boolean }>(db, storeStatement, [jsonParameter(newestDecisions(rows)), jsonParameter(decisionEntries(rows))]);
  const pushed = stored.filter((row) => row.pushed).map((row) => row.order_id);
  if (pushed.length > 0) await select(db, datesStatement, [pushed]);
}
