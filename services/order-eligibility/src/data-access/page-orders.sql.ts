import type { RedecideRequest } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { outdatedColumns, withOrder, type OutdatedOrder } from './read-outdated.sql.ts';

export type PagedOrder = OutdatedOrder & { day: string };

// Day by day, because within a day the primary key gives the order of the pages.
const statement = {
  name: 'eligibility-page-orders',
  text: `select s.day::text, ${outdatedColumns}
    from order_state s
    where s.day = $2::date and s.subscriber_id = $1 and s.order_id > $3::uuid and ($4::uuid[] is null or s.site_id = any($4))
    order by s.order_id limit $5::integer`,
};

/** Orders of one day that follow an order. */
export async function pageOrders(db: Queryable, { subscriberId, siteIds }: RedecideRequest, place: { day: string; orderId: string }, limit: number): Promise<PagedOrder[]> {
  const rows = await select<Omit<PagedOrder, 'order'>>(db, statement, [subscriberId, place.day, place.orderId, siteIds ?? null, limit]);
  return rows.map(withOrder);
}

const oneStatement = {
  name: 'eligibility-find-order',
  text: `select s.day::text, ${outdatedColumns}
    from order_state s where s.order_id = $2 and s.subscriber_id = $1 and s.day >= $3::date`,
};

/** One order, which must be the subscriber's. */
export async function findOrder(db: Queryable, { subscriberId, orderId, fromDay }: RedecideRequest & { orderId: string }): Promise<PagedOrder[]> {
  const rows = await select<Omit<PagedOrder, 'order'>>(db, oneStatement, [subscriberId, orderId, fromDay]);
  return rows.map(withOrder);
}
