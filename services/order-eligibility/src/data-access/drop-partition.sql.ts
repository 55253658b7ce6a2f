import { inTransaction, type Pool } from '@pes/store';

// Dropping locks the whole table for a moment. Behind a long reader it gives up at once and tries again with the next round, because
// everything that comes after it would wait too.
const lockTimeoutMs = 200;

/**
 * Drops a partition if none of its decisions is younger than `keepDays`; true when it did. Looks again under the lock, so an order that
 * comes in at the same moment is either seen here, or finds no partition and makes a new one.
 * Rejects with SQLSTATE 55P03 when the lock cannot be had.
 */
export async function dropPartition(pool: Pool, name: string, keepDays: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
    await client.query(`lock table only order_state, only ${name} in access exclusive mode`);
    const young = await client.query(`select from ${name} where decided_at >= now() - make_interval(days => $1) limit 1`, [keepDays]);
    if (young.rowCount !== 0) return false;
    await client.query(`drop table ${name}`);
    return true;
  });
}
