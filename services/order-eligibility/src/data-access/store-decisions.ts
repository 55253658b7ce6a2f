import type { Pool } from '@pes/store';
import { decidedAt, type DecidedOrder, type Decision } from '../domain/decision.ts';
import type { Partitions } from './partitions.ts';
import { readDecisions } from './read-decisions.sql.ts';
import { upsertOrders, type UpsertedOrders } from './upsert-orders.sql.ts';

// check_violation: order_state has no check, so it can only mean that no partition takes the row.
const noPartition = '23514';

async function upsertWithPartitions(pool: Pool, partitions: Partitions, decisions: readonly Decision[]): Promise<UpsertedOrders> {
  const days = decisions.map((decision) => decision.day);
  await partitions.ensure(days);
  try {
    return await upsertOrders(pool, decisions);
  } catch (error) {
    if ((error as { code?: unknown }).code !== noPartition) throw error;
    partitions.forget();
    await partitions.ensure(days);
    return upsertOrders(pool, decisions);
  }
}

/**
 * Stores a batch and answers the decision that now stands for every order in it, also for an order of which PostgreSQL already had this
 * version or a later one: publishing that again is how a redelivered event makes up for a publication that was lost.
 * One round trip; a second one only when something was overtaken. The second is a statement of its own on purpose: a row that another
 * replica committed while the first one waited for its lock is not in the first one's snapshot.
 */
export async function storeDecisions(pool: Pool, partitions: Partitions, decisions: readonly Decision[]): Promise<DecidedOrder[]> {
  const { stored, overtaken } = await upsertWithPartitions(pool, partitions, decisions);
  const standing = await readDecisions(pool, overtaken.map(({ order, day }) => ({ orderId: order.orderId, day })));
  if (standing.length !== overtaken.length) throw new Error('an order vanished between write and read: its day was dropped');
  return [...stored.map(({ decision, decidedAtMs }) => decidedAt(decision, decidedAtMs)), ...standing];
}
