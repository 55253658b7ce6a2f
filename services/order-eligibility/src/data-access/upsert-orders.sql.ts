import { select, type Queryable } from '@pes/store';
import { newestVersions, type Decision } from '../domain/decision.ts';
import { plainArray, textList } from './parameters.ts';

// decided_at is the start of the transaction, cut to milliseconds so that JavaScript's dates are exact; the walk relies on both
// (see read-walk-limit.sql.ts).
const statement = {
  name: 'eligibility-upsert-orders',
  text: `insert into order_state as stored (order_id, day, subscriber_id, site_id, order_number, version, snapshot, policy, result, final, reasons,
      item_numbers, decided_at)
    select order_id, day, subscriber_id, site_id, order_number, version, snapshot::json, policy, result, final, reasons::json,
      item_numbers::integer[], date_trunc('milliseconds', now())
    from unnest($1::uuid[], $2::date[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], string_to_array($7, E'\\x1e'), $8::text[],
      $9::text[], $10::boolean[], string_to_array($11, E'\\x1e'), string_to_array($12, E'\\x1e'))
      as t(order_id, day, subscriber_id, site_id, order_number, version, snapshot, policy, result, final, reasons, item_numbers)
    on conflict (order_id, day) do update set
      subscriber_id = excluded.subscriber_id, site_id = excluded.site_id, order_number = excluded.order_number, version = excluded.version,
      snapshot = excluded.snapshot, policy = excluded.policy, result = excluded.result, final = excluded.final, reasons = excluded.reasons,
      item_numbers = excluded.item_numbers, decided_at = excluded.decided_at
    where excluded.version > stored.version
    returning order_id, (extract(epoch from decided_at) * 1000)::bigint as decided_at_ms`,
};

export interface UpsertedOrders {
  stored: { decision: Decision; decidedAtMs: number }[];
  /** PostgreSQL already held this version or a later one; nothing was written. */
  overtaken: Decision[];
}

/**
 * Stores the newest version of each order in one round trip. Late, repeated and out-of-order versions change nothing, inside the batch
 * and against the table. The partitions of the days must exist (SQLSTATE 23514 otherwise).
 */
export async function upsertOrders(db: Queryable, decisions: readonly Decision[]): Promise<UpsertedOrders> {
  const rows = newestVersions(decisions);
  const written = await select<{ order_id: string; decided_at_ms: number }>(db, statement, [
    plainArray(rows.map((row) => row.order.orderId)),
    plainArray(rows.map((row) => row.day)),
    plainArray(rows.map((row) => row.order.subscriberId)),
    plainArray(rows.map((row) => row.order.siteId)),
    plainArray(rows.map((row) => row.order.orderNumber)),
    plainArray(rows.map((row) => row.order.version)),
    textList(rows.map((row) => row.snapshotJson)),
    plainArray(rows.map((row) => row.policy)),
    plainArray(rows.map((row) => row.gate.result)),
    plainArray(rows.map((row) => row.gate.result === 'waiting' && row.gate.final)),
    textList(rows.map((row) => row.reasonsJson)),
    textList(rows.map((row) => plainArray(row.gate.result === 'eligible' ? row.gate.itemNumbers : []))),
  ]);
  const decidedAtMs = new Map(written.map((row) => [row.order_id, row.decided_at_ms]));
  const outcome: UpsertedOrders = { stored: [], overtaken: [] };
  for (const decision of rows) {
    const at = decidedAtMs.get(decision.order.orderId);
    if (at === undefined) outcome.overtaken.push(decision);
    else outcome.stored.push({ decision, decidedAtMs: at });
  }
  return outcome;
}
