import type { DispatchKnownRequest } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';

const missingOrdersStatement = {
  name: 'dispatch-missing-orders',
  text: `select t.order_id from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as t(order_id, version, decided_at)
    left join order_snapshot o on o.order_id = t.order_id
      and (o.version > t.version or (o.version = t.version and o.decided_at >= coalesce(t.decided_at, o.decided_at)))
    where o.order_id is null`,
};

/** Which of these are not held in this version or a later one, and as decided then or later. */
export async function missingOrders(db: Queryable, orders: DispatchKnownRequest['orders']): Promise<string[]> {
  const rows = await select<{ order_id: string }>(db, missingOrdersStatement, [orders.map((o) => o.orderId), orders.map((o) => o.version), orders.map((o) => o.decidedAt ?? null)]);
  return rows.map((row) => row.order_id);
}
