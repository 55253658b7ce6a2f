import { select, type Queryable } from '@pes/store';

/** A place in the order of decisions. */
export interface Place {
  decidedAt: Date;
  orderId: string;
}

export interface WalkedOrder extends Place {
  day: string;
  version: number;
}

const statement = {
  name: 'eligibility-walk-decisions',
  text: `select order_id as "orderId", day::text, version, decided_at as "decidedAt" from order_state
    where (decided_at, order_id) > ($1::timestamptz, $2::uuid) and decided_at < $3::timestamptz
    order by decided_at, order_id limit $4`,
};

/** The next decisions after a place and before a time, in order of decision. */
export async function walkDecisions(db: Queryable, after: Place, until: Date, limit: number): Promise<WalkedOrder[]> {
  return select<WalkedOrder>(db, statement, [after.decidedAt, after.orderId, until, limit]);
}
