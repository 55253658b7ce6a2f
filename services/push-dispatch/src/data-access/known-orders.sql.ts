import { select, type Queryable } from '@pes/store';

const missingOrdersStatement = {
  name: 'dispatch-missing-orders',
  text: `select t.order_id from unnest($1::uuid[], $2::bigint[]) as t(order_id, version)
    left join order_snapshot o on o.order_id = t.order_id and o.version >= t.version where o.order_id is null`,
};

/** Which of these are not held in this version or a later one. */
export async function missingOrders(db: Queryable, orders: ReadonlyArray<{ orderId: string; version: number }>): Promise<string[]> {
  const rows = await select<{ order_id: string }>(db, missingOrdersStatement, [orders.map((o) => o.orderId), orders.map((o) => o.version)]);
  return rows.map((row) => row.order_id);
}
