import { select, type Queryable } from '@pes/store';

/** A standing decision without its snapshot. */
export interface StandingDecision {
  orderId: string;
  orderNumber: number;
  version: number;
  subscriberId: string;
  siteId: string;
  result: 'eligible' | 'waiting';
  final: boolean;
  reasons: object[];
  itemNumbers: number[];
  decidedAt: Date;
  placedAt: string;
}

// Times of decisions have milliseconds only, so what is sent as text comes back as the same place.
const statement = {
  name: 'eligibility-page-decisions',
  text: `select order_id as "orderId", order_number as "orderNumber", version, subscriber_id as "subscriberId", site_id as "siteId", result, final, reasons,
      item_numbers as "itemNumbers", decided_at as "decidedAt", snapshot->>'placedAt' as "placedAt"
    from order_state where (decided_at, order_id) > ($1::timestamptz, $2::uuid) order by decided_at, order_id limit $3::integer`,
};

/** The next decisions of all subscribers after a place, in the order in which they were made. */
export async function pageDecisions(db: Queryable, after: { decidedAt: string; orderId: string }, limit: number): Promise<StandingDecision[]> {
  return select<StandingDecision>(db, statement, [after.decidedAt, after.orderId, limit]);
}
