import { select, type Queryable } from '@pes/store';

/**
 * Up to which time the walk may go without ever missing a row.
 *
 * A row gets its decided_at when its transaction starts and becomes visible when that commits, so a row with an early time can appear
 * behind the cursor if the cursor is already past that time. It must therefore stay before the start of every transaction that still runs:
 *   - a transaction that still runs is in pg_stat_activity with the very start time that its rows carry (all replicas share one role, and a
 *     role sees its own sessions);
 *   - one that is gone from there had committed before, so the walk, a later statement with a newer snapshot, sees its rows;
 *   - one that starts later gets a later time.
 * That is why this is a statement of its own, and why both sides are cut to milliseconds: a row of a running transaction that started
 * within the same millisecond must not count as earlier. A row that is decided again moves ahead of the cursor and is walked again.
 * The distance of `afterSeconds` is not needed for this; it gives push-dispatch the time to read what was published.
 */
const statement = {
  name: 'eligibility-read-walk-limit',
  text: `select date_trunc('milliseconds', least(now() - make_interval(secs => $1), min(xact_start))) as until
    from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
};

export async function readWalkLimit(db: Queryable, afterSeconds: number): Promise<Date> {
  const [row] = await select<{ until: Date }>(db, statement, [afterSeconds]);
  if (row === undefined) throw new Error('an aggregate gave no row');
  return row.until;
}
