import type { PushTracker } from '../demo/push-tracker.ts';
import { totalsOf, type Totals } from '../demo/summary.ts';
import type { EmittedOrder } from '../pressero/emitted-orders.ts';
import { accounts } from '../seed/accounts.ts';

/** An order as the page and the JSON show it. */
export interface OrderView {
  orderNumber: number;
  orderId: string;
  site: string;
  customer: string;
  /** Kind of story of the demo order. */
  story: string;
  items: number;
  total: string;
  placedAt: string;
  /** eligible, waiting, or undecided while no event says anything. */
  decision: 'eligible' | 'waiting' | 'undecided';
  waitingFor: string[];
  pushes: PushView[];
}

export interface PushView {
  account: string;
  provider: string;
  state: string;
  message: string;
  reference: string;
  providerRef: string;
  attempt: number;
  nextAttemptAt: string;
}

export interface Page<T> {
  rows: T[];
  page: number;
  pages: number;
}

const accountNames = new Map(Object.values(accounts).map(({ accountId, name }) => [accountId, name]));

/** Newest first. A page beyond the last is the last. */
export function ordersPage(orders: readonly EmittedOrder[], tracker: PushTracker, wanted: { page: number; pageSize: number }): Page<OrderView> {
  const pages = Math.max(1, Math.ceil(orders.length / wanted.pageSize));
  const page = Math.min(Math.max(1, wanted.page), pages);
  const end = orders.length - (page - 1) * wanted.pageSize;
  const rows = orders.slice(Math.max(0, end - wanted.pageSize), end).reverse();
  return { rows: rows.map((order) => viewOf(order, tracker)), page, pages };
}

export interface Overview extends Totals {
  deadLetters: number;
}

export function overview(orders: readonly EmittedOrder[], tracker: PushTracker): Overview {
  return { ...totalsOf(orders, tracker), deadLetters: tracker.deadLetters().count };
}

function viewOf(order: EmittedOrder, tracker: PushTracker): OrderView {
  const { orderNumber, orderId, siteName, customer, kind, itemCount, total, currency, placedAt } = order;
  const decision = tracker.decisionOf(orderId);
  return {
    orderNumber, orderId, site: siteName, customer, story: kind, items: itemCount, total: `${total} ${currency}`, placedAt,
    decision: decision?.result ?? 'undecided',
    waitingFor: decision?.reasons.map(({ message }) => message) ?? [],
    pushes: [...tracker.pushesOf(orderId).values()].map(({ accountId, provider, state, message, reference, providerRef, attempt, nextAttemptAt }) => ({
      account: accountNames.get(accountId ?? '') ?? accountId ?? 'no account', provider: provider ?? '', state, message,
      reference: reference ?? '', providerRef: providerRef ?? '', attempt, nextAttemptAt: nextAttemptAt ?? '',
    })),
  };
}
