import { inTransaction, type Pool } from '@pes/store';

function partitionName(day: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error(`not a day: ${day}`);
  return `order_state_${day.replaceAll('-', '')}`;
}

/**
 * Makes the partition of a UTC day if it is missing. Any number of replicas may do it at once: the lock lets one through, the others find
 * it done. Made apart and then attached, because `create table … partition of` locks the whole table against every reader and writer and
 * would wait behind a running backup; `attach` does not.
 */
export async function createPartition(pool: Pool, day: string): Promise<void> {
  const name = partitionName(day);
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('eligibility-partition'))`);
    const found = await client.query<{ present: boolean }>('select to_regclass($1) is not null as present', [name]);
    if (found.rows[0]?.present === true) return;
    await client.query(`create table ${name} (like order_state including defaults including constraints including storage including compression)`);
    await client.query(`alter table order_state attach partition ${name} for values from ('${day}') to (date '${day}' + 1)`);
  });
}
