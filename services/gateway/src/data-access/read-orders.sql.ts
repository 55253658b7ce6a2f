import { select, type Queryable } from '@pes/store';
import type { ReadOrder, ReadPush } from '../domain/read-order.ts';

const ordersStatement = {
  name: 'gateway-read-orders',
  text: `select o.order_id as "orderId", o.order_number as "orderNumber", o.site_id as "siteId", s.name as "siteName", o.placed_at as "placedAt", o.state, o.result, o.final,
      o.version, nullif(o.decided_at, '-infinity') as "decidedAt", o.reasons, o.item_numbers as "itemNumbers", o.no_target_message as "noTargetMessage"
    from read_order o left join site s on s.site_id = o.site_id and s.subscriber_id = o.subscriber_id
    where o.subscriber_id = $1 and o.order_id = any($2::uuid[])`,
};

/** Those of the orders that are the subscriber's, in no order. */
export async function readOrders(db: Queryable, subscriberId: string, orderIds: readonly string[]): Promise<ReadOrder[]> {
  return orderIds.length === 0 ? [] : select<ReadOrder>(db, ordersStatement, [subscriberId, orderIds]);
}

export const pushColumns = `p.push_id as "pushId", p.order_id as "orderId", p.order_number as "orderNumber", p.site_id as "siteId", p.account_id as "accountId",
  a.name as "accountName", p.provider, p.placed_at as "placedAt", p.state, p.code, p.message, p.reference, p.provider_ref as "providerRef", p.attempt,
  p.next_attempt_at as "nextAttemptAt", p.revision, p.changed_at as "changedAt"`;
export const accountOfPush = 'left join account a on a.account_id = p.account_id and a.subscriber_id = p.subscriber_id';

const pushesStatement = {
  name: 'gateway-pushes-of-orders',
  text: `select ${pushColumns} from read_push p ${accountOfPush} where p.subscriber_id = $1 and p.order_id = any($2::uuid[]) order by p.order_id, p.push_id`,
};

export async function pushesOfOrders(db: Queryable, subscriberId: string, orderIds: readonly string[]): Promise<ReadPush[]> {
  return orderIds.length === 0 ? [] : select<ReadPush>(db, pushesStatement, [subscriberId, orderIds]);
}

const accountsStatement = { name: 'gateway-accounts-of-provider', text: 'select account_id as "accountId" from read_account where subscriber_id = $1 and ($2::text is null or provider = $2)' };

/** Accounts that ever had a push, of one provider or all. */
export async function accountsWithPushes(db: Queryable, subscriberId: string, provider: string | undefined): Promise<string[]> {
  return (await select<{ accountId: string }>(db, accountsStatement, [subscriberId, provider ?? null])).map(({ accountId }) => accountId);
}
