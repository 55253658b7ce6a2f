import { select, type Queryable } from '@pes/store';

/**
 * The row stays locked until the transaction ends, so versions of one subscriber are committed, and written to the outbox, in their order.
 * Not below the time in seconds: a database that was restored from a backup must not give out versions that readers have seen.
 */
const nextStatement = {
  name: 'gateway-next-registry-version',
  text: `insert into subscriber_registry as r (subscriber_id, version) values ($1, extract(epoch from clock_timestamp())::bigint)
    on conflict (subscriber_id) do update set version = greatest(r.version + 1, excluded.version) returning version`,
};

const currentStatement = { name: 'gateway-registry-version', text: 'select version from subscriber_registry where subscriber_id = $1' };

/** The version of what this transaction writes. First thing in it. */
export async function nextVersion(db: Queryable, subscriberId: string): Promise<number> {
  const [row] = await select<{ version: number }>(db, nextStatement, [subscriberId]);
  if (row === undefined) throw new Error('no registry version was given out');
  return row.version;
}

/** Undefined while nothing of the subscriber was ever written. */
export async function currentVersion(db: Queryable, subscriberId: string): Promise<number | undefined> {
  const [row] = await select<{ version: number }>(db, currentStatement, [subscriberId]);
  return row?.version;
}
