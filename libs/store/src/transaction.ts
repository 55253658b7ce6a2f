import type { Pool, PoolClient } from 'pg';
import { isConnectionError } from './errors.ts';

/**
 * Runs `work` between begin and commit; any rejection rolls back and is passed on. Rejects as well when `work` swallowed the error
 * of a statement, because PostgreSQL then answers commit with a rollback. A connection that broke is destroyed, not returned.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const value = await work(client);
    const commit = await client.query('commit');
    if (commit.command === 'ROLLBACK') throw new Error('the transaction was rolled back: a statement in it failed and its error was swallowed');
    return value;
  } catch (error) {
    broken = isConnectionError(error) || !(await rollBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** False when the connection cannot even do that. The error that led here is the one to report. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}
