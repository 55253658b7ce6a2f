import { groupBy } from '@pes/kernel';
import type { Queryable } from '@pes/store';
import { findOrders, type OrderFilter, type OrderPlace } from '../data-access/find-orders.sql.ts';
import { accountsWithPushes, pushesOfOrders, readOrders } from '../data-access/read-orders.sql.ts';
import type { ReadOrder, ReadPush } from '../domain/read-order.ts';
import { orderSentence } from '../domain/order-sentence.ts';
import type { OrderState } from '../domain/order-state.ts';
import { textSearch } from '../domain/order-search.ts';

/** As the query string has it. */
export interface OrderQuery {
  siteId?: string;
  states?: OrderState[];
  accountId?: string;
  provider?: string;
  from?: string;
  to?: string;
  text?: string;
}

/** Accounts that the filter leaves; undefined: it says nothing about accounts. */
export async function accountsOf(db: Queryable, subscriberId: string, { accountId, provider }: { accountId?: string; provider?: string }): Promise<string[] | undefined> {
  if (provider === undefined) return accountId === undefined ? undefined : [accountId];
  const ofProvider = await accountsWithPushes(db, subscriberId, provider);
  return accountId === undefined ? ofProvider : ofProvider.filter((id) => id === accountId);
}

export function shownOrderPush({ pushId, accountId, accountName, provider, state, code, message, reference, providerRef, attempt, nextAttemptAt, changedAt }: ReadPush): object {
  return { pushId, accountId, accountName, provider, state, code, message, reference, providerRef, attempts: attempt, nextAttemptAt, changedAt };
}

export function shownOrder(order: ReadOrder, pushes: readonly ReadPush[]): object {
  const { orderId, orderNumber, siteId, siteName, placedAt, state, result, final, version, decidedAt, reasons, itemNumbers } = order;
  return {
    orderId, orderNumber, siteId, siteName, placedAt, state, message: orderSentence(order, pushes), decision: result === null ? null : { result, final, version, decidedAt, itemNumbers, reasons },
    accounts: pushes.map(shownOrderPush),
  };
}

export interface ListedOrder { place: OrderPlace; shown: object }

/** Places first, then what is shown of them: the second look is by primary key. An order that went away in between is left out. */
export async function listOrders(db: Queryable, subscriberId: string, query: OrderQuery, page: { after: OrderPlace | undefined; limit: number }): Promise<ListedOrder[]> {
  const { siteId, states, from, to, text } = query;
  const accountIds = await accountsOf(db, subscriberId, query);
  if (accountIds?.length === 0) return [];
  const filter: OrderFilter = { siteId, states, accountIds, from, to, text: text === undefined ? undefined : textSearch(text) };
  const found = await findOrders(db, subscriberId, filter, page);
  const ids = found.map(({ orderId }) => orderId);
  const [orders, pushes] = await Promise.all([readOrders(db, subscriberId, ids), pushesOfOrders(db, subscriberId, ids)]);
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const pushesBy = groupBy(pushes, ({ orderId }) => orderId);
  return found.flatMap((place) => {
    const order = byId.get(place.orderId);
    return order === undefined ? [] : [{ place, shown: shownOrder(order, pushesBy.get(place.orderId) ?? []) }];
  });
}
