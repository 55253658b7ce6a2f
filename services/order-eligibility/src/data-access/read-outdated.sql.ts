import type { OrderSnapshot } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { ReadOrder } from '../domain/decision.ts';

/** What deciding an order anew needs, of order_state as s. */
export const outdatedColumns = `s.snapshot::text as "snapshotJson",
      (extract(epoch from greatest(date_trunc('milliseconds', now()), s.decided_at + interval '1 millisecond')) * 1000)::bigint as "redecidedAtMs"`;

// Ten minutes is far above the time between an order's read of its policy and its commit (a statement ends after 30 s), and keeps the
// repeated look to the few sites that changed lately.
const statement = {
  name: 'eligibility-read-outdated',
  text: `select ${outdatedColumns}
    from site_policy p
    join order_state s on s.site_id = p.site_id and s.policy is not null and s.policy <> p.invalid_item_policy
    where p.changed_at > now() - interval '10 minutes'
    limit $1`,
};

export interface OutdatedOrder extends ReadOrder {
  /** Time for the new decision: now by the clock of PostgreSQL, and later than the old one, since the version is the same. */
  redecidedAtMs: number;
}

export function withOrder<T extends { snapshotJson: string }>(row: T): T & { order: OrderSnapshot } {
  return { ...row, order: JSON.parse(row.snapshotJson) as OrderSnapshot };
}

/** Orders that were decided under a policy which their site has given up since. */
export async function readOutdated(db: Queryable, limit: number): Promise<OutdatedOrder[]> {
  const rows = await select<Omit<OutdatedOrder, 'order'>>(db, statement, [limit]);
  return rows.map(withOrder);
}
