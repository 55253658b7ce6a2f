import { isConnectionError, select, type Pool, type PoolClient } from '@pes/store';

const lock = { name: 'eligibility-try-lead', text: `select pg_try_advisory_lock(hashtext('eligibility'), hashtext('upkeep')) as got` };
const unlock = { name: 'eligibility-stop-leading', text: `select pg_advisory_unlock(hashtext('eligibility'), hashtext('upkeep'))` };

async function release(client: PoolClient): Promise<void> {
  try {
    await select(client, unlock);
    client.release();
  } catch (error) {
    // The lock goes with the connection.
    client.release(error instanceof Error ? error : true);
  }
}

/**
 * Runs `work` if no other replica does at the moment; false when one does. The lock belongs to a connection of its own and not to a
 * transaction, which would hold back the walk that runs under it. Should that connection break, another replica may start before this
 * one ends; all work under it can stand that.
 */
export async function tryLead(pool: Pool, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  try {
    const [row] = await select<{ got: boolean }>(client, lock);
    if (row?.got !== true) {
      client.release();
      return false;
    }
  } catch (error) {
    client.release(isConnectionError(error));
    throw error;
  }
  try {
    await work();
    return true;
  } finally {
    await release(client);
  }
}
