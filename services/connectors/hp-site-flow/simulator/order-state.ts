import type { Violation } from './answer.ts';
import type { Entry } from './journal.ts';

export interface SubmittedOrder {
  destination: { name: string };
  orderData: Record<string, unknown> & { sourceOrderId: string; items?: unknown[]; stockItems?: unknown[] };
}

export interface StoredOrder {
  orderId: string;
  token: string;
  atMs: number;
  status: string;
  document: SubmittedOrder;
}

/** A submission that was acknowledged and then dropped, as the submission errors page shows it. */
export interface SubmissionError {
  account: string;
  sourceOrderId: string;
  orderId: string;
  errors: string[];
}

export interface LedgerLine {
  account: string;
  sourceOrderId: string;
  /** Of the stored order; of the first submission while there is none. */
  orderId: string;
  /** POSTs that were acknowledged or stored. More than one is an order that was sent twice. */
  submissions: number;
  /** POSTs that were refused at once because the number is taken. */
  refused: number;
  stored: boolean;
  /** Items and stock items together. */
  items: number;
  /** sourceItemIds of the items to be made, as stored. */
  sourceItemIds: string[];
}

export interface StateOptions {
  accountName(token: string): string;
  /** Checks of a submission, besides the number. */
  violationsOf(document: unknown, token: string): Violation[];
}

export const numberTaken: Violation = { path: 'orderData.sourceOrderId', message: 'Source Order ID already exists' };

type Acknowledged = Extract<Entry, { type: 'acknowledged' }>;

export interface OrderState {
  orders: Map<string, StoredOrder>;
  byNumber: Map<string, StoredOrder>;
  ledger: Map<string, LedgerLine>;
  errors: SubmissionError[];
  /** All wait the same time, so they come due in the order in which they came. Those before `settled` are done. */
  waiting: Acknowledged[];
  settled: number;
}

export const emptyState = (): OrderState => ({ orders: new Map(), byNumber: new Map(), ledger: new Map(), errors: [], waiting: [], settled: 0 });

export const keyOf = (token: string, sourceOrderId: string): string => `${token} ${sourceOrderId}`;

export function sourceOrderIdOf(document: unknown): string {
  const id = (document as Partial<SubmittedOrder> | null)?.orderData?.sourceOrderId;
  return typeof id === 'string' ? id : '(none)';
}

/** How entries change the state. The same for entries that are made now and for those read from the journal. */
export function createTransitions(state: OrderState, { accountName, violationsOf }: StateOptions) {
  function line(token: string, sourceOrderId: string, orderId: string): LedgerLine {
    const key = keyOf(token, sourceOrderId);
    const known = state.ledger.get(key) ?? { account: accountName(token), sourceOrderId, orderId, submissions: 0, refused: 0, stored: false, items: 0, sourceItemIds: [] };
    state.ledger.set(key, known);
    return known;
  }

  function store(token: string, orderId: string, atMs: number, document: SubmittedOrder): void {
    const { sourceOrderId, items = [], stockItems = [] } = document.orderData;
    const order: StoredOrder = { orderId, token, atMs, status: 'dataready', document };
    state.orders.set(orderId, order);
    state.byNumber.set(keyOf(token, sourceOrderId), order);
    const sourceItemIds = items.flatMap((item) => {
      const id = (item as { sourceItemId?: unknown } | null)?.sourceItemId;
      return typeof id === 'string' ? [id] : [];
    });
    Object.assign(line(token, sourceOrderId, orderId), { orderId, stored: true, items: items.length + stockItems.length, sourceItemIds });
  }

  function finish({ token, orderId, atMs, lost, document }: Acknowledged): void {
    const sourceOrderId = sourceOrderIdOf(document);
    const violations = lost ? [{ path: 'order', message: 'Submission failed' }] : violationsOf(document, token);
    if (state.byNumber.has(keyOf(token, sourceOrderId))) violations.push(numberTaken);
    if (violations.length === 0) store(token, orderId, atMs, document as SubmittedOrder);
    else state.errors.push({ account: accountName(token), sourceOrderId, orderId, errors: violations.map(({ path, message }) => `${message} - At path ${path}`) });
  }

  return {
    /** Ends the checks that have come due. */
    settle(nowMs: number): void {
      for (let next = state.waiting[state.settled]; next !== undefined && next.dueAtMs <= nowMs; next = state.waiting[state.settled]) {
        state.settled += 1;
        finish(next);
      }
      if (state.settled > 0 && state.settled * 2 >= state.waiting.length) {
        state.waiting = state.waiting.slice(state.settled);
        state.settled = 0;
      }
    },
    apply(entry: Entry): void {
      if (entry.type === 'cancelled') {
        const order = state.orders.get(entry.orderId);
        if (order !== undefined) order.status = 'cancelled';
      } else if (entry.type === 'refused') {
        line(entry.token, entry.sourceOrderId, '').refused += 1;
      } else {
        line(entry.token, sourceOrderIdOf(entry.document), entry.orderId).submissions += 1;
        if (entry.type === 'acknowledged') state.waiting.push(entry);
        else store(entry.token, entry.orderId, entry.atMs, entry.document as SubmittedOrder);
      }
    },
  };
}
