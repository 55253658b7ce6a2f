import { randomUUID } from 'node:crypto';
import type { Journal, LineRef } from './journal.ts';
import { orderAnswer, type OrderStamp } from './order-answer.ts';
import { pacificNow } from './pacific-clock.ts';
import { isObject, type Json } from './validate-order.ts';

/** What the simulator remembers of an order in memory; the body stays in the journal. */
export interface StoredOrder extends OrderStamp {
  orderNumber: string;
  orderDate: string;
  ref: LineRef;
}

/** One order number of one account, over all ShipStation orders that carry it. */
export interface LedgerRow {
  account: string;
  orderNumber: string;
  orderKey: string;
  orderId: number;
  /** More than one is a duplicate. */
  creates: number;
  updates: number;
  /** All lines, adjustments included. */
  items: number;
  /** lineItemKeys of the goods: discounts and other adjustments left out, and lines without a key. */
  goods: string[];
}

interface AccountBook {
  byKey: Map<string, StoredOrder>;
  byId: Map<number, StoredOrder>;
  ledger: Map<string, LedgerRow>;
}

type SaveResult = { stored: StoredOrder } | { refused: string };

export interface OrderBook {
  of(account: string): AccountBook;
  /** Creates or updates by orderId or orderKey, as createorder does. `text`: the JSON of the order, if at hand. */
  save(account: string, order: Json, options: { firstStoreId: number; text?: string }): SaveResult;
  /** Marks an order as shipped or cancelled. */
  setStatus(account: string, order: StoredOrder, orderStatus: string): void;
  answerOf(order: StoredOrder): Json;
  /** Wait for this before answering: what was saved survives a kill from then on. */
  written(): Promise<void> | undefined;
  rows(): LedgerRow[];
  clear(): void;
}

interface JournalLine {
  account: string;
  op: 'create' | 'update' | 'status';
  stamp: OrderStamp;
  order: Json;
}

/** Over 32 bits, as the ids of ShipStation are by now. */
const firstOrderId = 4_300_000_001;
const updatable = new Set(['awaiting_payment', 'awaiting_shipment', 'on_hold', 'pending_fulfillment']);

export function openOrderBook(journal: Journal): OrderBook {
  const books = new Map<string, AccountBook>();
  let nextId = firstOrderId;

  function of(account: string): AccountBook {
    let book = books.get(account);
    if (book === undefined) books.set(account, (book = { byKey: new Map(), byId: new Map(), ledger: new Map() }));
    return book;
  }

  /** Makes a journal line part of the state; the same code runs for new lines and at start. */
  function apply(line: JournalLine, ref: LineRef): StoredOrder {
    const { account, op, stamp, order } = line;
    const book = of(account);
    const stored: StoredOrder = { ...stamp, orderNumber: String(order['orderNumber']), orderDate: String(order['orderDate']), ref };
    book.byId.set(stamp.orderId, stored);
    book.byKey.set(stamp.orderKey, stored);
    nextId = Math.max(nextId, stamp.orderId + 1);
    if (op !== 'status') enter(book.ledger, line);
    return stored;
  }

  function lineFor(account: string, order: Json, firstStoreId: number): JournalLine | { refused: string } {
    const { byId, byKey } = of(account);
    const { orderId } = order;
    const orderKey = keyOf(order);
    const known = typeof orderId === 'number' ? byId.get(orderId) : orderKey === undefined ? undefined : byKey.get(orderKey);
    if (typeof orderId === 'number' && known === undefined) return { refused: `Order ${orderId} was not found.` };
    if (known !== undefined && !updatable.has(known.orderStatus)) return { refused: `Order cannot be updated because it is ${known.orderStatus}.` };
    const modifyDate = pacificNow();
    const orderStatus = String(order['orderStatus']);
    if (known !== undefined) {
      const { orderId: id, orderKey: key, storeId, createDate } = known;
      return { account, op: 'update', stamp: { orderId: id, orderKey: key, orderStatus, storeId, createDate, modifyDate }, order };
    }
    const asked = isObject(order['advancedOptions']) ? order['advancedOptions']['storeId'] : undefined;
    const storeId = typeof asked === 'number' ? asked : firstStoreId;
    // Without a key every call creates another order.
    const key = orderKey ?? randomUUID().replaceAll('-', '');
    return { account, op: 'create', stamp: { orderId: nextId++, orderKey: key, orderStatus, storeId, createDate: modifyDate, modifyDate }, order };
  }

  function write(line: JournalLine, text?: string): StoredOrder {
    return apply(line, journal.append(textOf(line, text)));
  }

  journal.replay((text, ref) => void apply(JSON.parse(text) as JournalLine, ref));

  return {
    of,
    save(account, order, { firstStoreId, text }) {
      const line = lineFor(account, order, firstStoreId);
      return 'refused' in line ? line : { stored: write(line, text) };
    },
    setStatus(account, stored, orderStatus) {
      const { orderId, orderKey, storeId, createDate } = stored;
      const { order } = JSON.parse(journal.read(stored.ref)) as JournalLine;
      write({ account, op: 'status', stamp: { orderId, orderKey, orderStatus, storeId, createDate, modifyDate: pacificNow() }, order });
    },
    answerOf: (stored) => orderAnswer((JSON.parse(journal.read(stored.ref)) as JournalLine).order, stored),
    written: () => journal.written(),
    rows: () => [...books.values()].flatMap(({ ledger }) => [...ledger.values()]),
    clear() {
      books.clear();
      journal.clear();
    },
  };
}

/** A line break in JSON text can only be white space, so replacing it keeps the meaning, and one order on one line. */
function textOf({ account, op, stamp, order }: JournalLine, text = JSON.stringify(order)): string {
  return `${JSON.stringify({ account, op, stamp }).slice(0, -1)},"order":${text.replaceAll(/[\r\n]/g, ' ')}}`;
}

function keyOf({ orderKey }: Json): string | undefined {
  return typeof orderKey === 'string' && orderKey !== '' ? orderKey : undefined;
}

function enter(ledger: Map<string, LedgerRow>, { account, op, stamp: { orderId, orderKey }, order }: JournalLine): void {
  const orderNumber = String(order['orderNumber']);
  const lines = Array.isArray(order['items']) ? order['items'].filter(isObject) : [];
  let row = ledger.get(orderNumber);
  if (row === undefined) ledger.set(orderNumber, (row = { account, orderNumber, orderKey, orderId, creates: 0, updates: 0, items: 0, goods: [] }));
  row.items = lines.length;
  row.goods = lines.flatMap(({ lineItemKey, adjustment }) => (typeof lineItemKey === 'string' && adjustment !== true ? [lineItemKey] : []));
  if (op === 'create') row.creates += 1;
  else row.updates += 1;
}
