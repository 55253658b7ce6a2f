import { select, type Queryable } from '@pes/store';
import type { DecisionRow } from '../domain/read-rows.ts';

/** Up to which decision the read model is known to have all of them. */
export interface WalkPlace { decidedAt: Date; orderId: string }

const takeStatement = { name: 'gateway-take-order-walk', text: 'select decided_at as "decidedAt", order_id as "orderId" from read_order_walk for update skip locked' };

/** For this transaction alone; undefined while another replica walks. */
export async function takeWalk(db: Queryable): Promise<WalkPlace | undefined> {
  return (await select<WalkPlace>(db, takeStatement))[0];
}

const moveStatement = { name: 'gateway-move-order-walk', text: 'update read_order_walk set decided_at = $1, order_id = $2' };

export async function moveWalk(db: Queryable, { decidedAt, orderId }: { decidedAt: string; orderId: string }): Promise<void> {
  await select(db, moveStatement, [decidedAt, orderId]);
}

const missingStatement = {
  name: 'gateway-missing-decisions',
  text: `select t.order_id as "orderId" from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as t(order_id, version, decided_at)
    left join read_order o on o.order_id = t.order_id and (o.version, o.decided_at) >= (t.version, t.decided_at) where o.order_id is null`,
};

/** Those that are not there, nor a later one of their order. */
export async function missingDecisions(db: Queryable, rows: readonly DecisionRow[]): Promise<DecisionRow[]> {
  if (rows.length === 0) return [];
  const missing = new Set((await select<{ orderId: string }>(db, missingStatement, [rows.map((row) => row.orderId), rows.map((row) => row.version), rows.map((row) => row.decidedAt)])).map(({ orderId }) => orderId));
  return rows.filter(({ orderId }) => missing.has(orderId));
}
