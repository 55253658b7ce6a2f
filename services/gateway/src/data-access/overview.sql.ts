import { select, type Queryable } from '@pes/store';
import { failedPushStates, type OrderState, type PushState } from '../domain/order-state.ts';

const unsentStates = ['pending', 'sending', 'failed'] as const satisfies readonly OrderState[];

export interface UnsentOrder { orderId: string; orderNumber: number; siteId: string; placedAt: Date; state: OrderState }

const oldestStatement = {
  name: 'gateway-oldest-unsent',
  text: `select f.* from unnest($2::text[]) as s(state) cross join lateral (
      select order_id as "orderId", order_number as "orderNumber", site_id as "siteId", placed_at as "placedAt", o.state from read_order o
      where o.subscriber_id = $1 and o.state = s.state order by o.placed_at, o.order_id limit 1) f
    order by f."placedAt" limit 1`,
};

/** By order date, of those that are ready and not at all of their providers; undefined when there is none. */
export async function oldestUnsent(db: Queryable, subscriberId: string): Promise<UnsentOrder | undefined> {
  return (await select<UnsentOrder>(db, oldestStatement, [subscriberId, unsentStates]))[0];
}

export interface Failures { accountId: string; provider: string; state: PushState; code: string | null; count: number; message: string }

const failuresStatement = {
  name: 'gateway-failures',
  text: `select p.account_id as "accountId", p.provider, p.state, p.code, count(*) as count, (array_agg(p.message order by p.changed_at desc))[1] as message
    from read_account a join read_push p on p.subscriber_id = a.subscriber_id and p.account_id = a.account_id and p.state = any($2::text[])
    where a.subscriber_id = $1 group by 1, 2, 3, 4 order by 5 desc, 1, 3, 4 limit 100`,
};

/** Pushes that wait for a person, by account and reason, the most frequent first, each with its latest sentence. */
export async function failures(db: Queryable, subscriberId: string): Promise<Failures[]> {
  return select<Failures>(db, failuresStatement, [subscriberId, failedPushStates]);
}

const throughputStatement = {
  name: 'gateway-throughput',
  text: `select h.hour, coalesce(n.count, 0)::bigint as sent
    from generate_series(date_trunc('hour', now() - ($2::integer - 1) * interval '1 hour'), date_trunc('hour', now()), interval '1 hour') as h(hour)
    left join (
      select date_trunc('hour', changed_at) as hour, count(*) as count from read_push
      where subscriber_id = $1 and state = 'sent' and changed_at >= date_trunc('hour', now() - ($2::integer - 1) * interval '1 hour') group by 1) n using (hour)
    order by h.hour`,
};

/** Pushes that were sent in each of the last hours, the running one last. */
export async function throughput(db: Queryable, subscriberId: string, hours: number): Promise<Array<{ hour: Date; sent: number }>> {
  return select(db, throughputStatement, [subscriberId, hours]);
}
