import { select, type Queryable } from '@pes/store';
import type { OrderKey } from './read-decisions.sql.ts';

export interface UnconfirmedOrder extends OrderKey {
  attempts: number;
  /** Version of the decision that stands now; null when the order is no longer kept. */
  version: number | null;
}

// Later and later, at most hourly: push-dispatch may be unable to take an order for days.
const add = {
  name: 'eligibility-add-unconfirmed',
  text: `insert into unconfirmed (order_id, day, next_check_at)
    select distinct on (order_id) order_id, day, now() + make_interval(secs => $3) from unnest($1::uuid[], $2::date[]) as t(order_id, day)
    on conflict (order_id) do nothing`,
};

const readDue = {
  name: 'eligibility-read-unconfirmed',
  text: `select u.order_id as "orderId", u.day::text, u.attempts, s.version from unconfirmed u
    left join order_state s on s.order_id = u.order_id and s.day = u.day
    where u.next_check_at <= now() order by u.next_check_at limit $1`,
};

const postpone = {
  name: 'eligibility-postpone-unconfirmed',
  text: `update unconfirmed set attempts = attempts + 1, next_check_at = now() + make_interval(secs => least(3600, $2 * power(2, least(attempts, 20))))
    where order_id = any($1::uuid[])`,
};

const remove = { name: 'eligibility-remove-unconfirmed', text: 'delete from unconfirmed where order_id = any($1::uuid[])' };

const count = { name: 'eligibility-count-unconfirmed', text: 'select count(*) as orders from unconfirmed' };

/** Remembers orders that push-dispatch does not know, to be asked about again after `afterSeconds`. */
export async function addUnconfirmed(db: Queryable, orders: readonly OrderKey[], afterSeconds: number): Promise<void> {
  await select(db, add, [orders.map((order) => order.orderId), orders.map((order) => order.day), afterSeconds]);
}

export async function readDueUnconfirmed(db: Queryable, limit: number): Promise<UnconfirmedOrder[]> {
  return select<UnconfirmedOrder>(db, readDue, [limit]);
}

/** Doubles the time to the next look, starting from `afterSeconds`. */
export async function postponeUnconfirmed(db: Queryable, orderIds: readonly string[], afterSeconds: number): Promise<void> {
  if (orderIds.length > 0) await select(db, postpone, [orderIds, afterSeconds]);
}

export async function removeUnconfirmed(db: Queryable, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await select(db, remove, [orderIds]);
}

export async function countUnconfirmed(db: Queryable): Promise<number> {
  const [row] = await select<{ orders: number }>(db, count);
  return row?.orders ?? 0;
}
