import { invalidParameters, json, type Answer } from './answers.ts';
import type { OrderBook, StoredOrder } from './order-book.ts';

const sortFields: Record<string, (order: StoredOrder) => string> = {
  OrderDate: (order) => order.orderDate, ModifyDate: (order) => order.modifyDate, CreateDate: (order) => order.createDate,
};
const dateFields: ReadonlyArray<[string, (order: StoredOrder) => string]> = [
  ['createDate', (order) => order.createDate], ['modifyDate', (order) => order.modifyDate], ['orderDate', (order) => order.orderDate],
];

/** GET /orders. `orderNumber` finds every number that starts with it; no status filter means all statuses; one page of results reports 0 pages. */
export function searchOrders(book: OrderBook, account: string, query: URLSearchParams): Answer {
  const page = wholeNumber(query.get('page') ?? '1');
  const pageSize = wholeNumber(query.get('pageSize') ?? '100');
  const compare = sorting(query);
  const filters = filtersOf(query);
  if (page === undefined || pageSize === undefined || pageSize > 500 || compare === undefined || filters === undefined) return invalidParameters;

  const hits = [...book.of(account).byId.values()].filter((order) => filters.every((fits) => fits(order))).sort(compare);
  const pages = Math.ceil(hits.length / pageSize);
  return json(200, {
    orders: hits.slice((page - 1) * pageSize, page * pageSize).map((order) => book.answerOf(order)),
    total: hits.length,
    page,
    pages: pages === 1 ? 0 : pages,
  });
}

type Comparison = (a: StoredOrder, b: StoredOrder) => number;

/** Ascending by order id when nothing is asked for; undefined when what is asked for does not exist. */
function sorting(query: URLSearchParams): Comparison | undefined {
  const sortBy = query.get('sortBy');
  const sortDir = query.get('sortDir') ?? 'ASC';
  if (sortDir !== 'ASC' && sortDir !== 'DESC') return undefined;
  const direction = sortDir === 'ASC' ? 1 : -1;
  if (sortBy === null) return (a, b) => direction * (a.orderId - b.orderId);
  const field = sortFields[sortBy];
  return field === undefined ? undefined : (a, b) => direction * (field(a) < field(b) ? -1 : field(a) > field(b) ? 1 : a.orderId - b.orderId);
}

type Filter = (order: StoredOrder) => boolean;

function filtersOf(query: URLSearchParams): Filter[] | undefined {
  const filters: Filter[] = [];
  const orderNumber = query.get('orderNumber');
  const orderStatus = query.get('orderStatus');
  const storeText = query.get('storeId');
  if (orderNumber !== null) filters.push((order) => order.orderNumber.startsWith(orderNumber));
  if (orderStatus !== null) filters.push((order) => order.orderStatus === orderStatus);
  if (storeText !== null) {
    const storeId = wholeNumber(storeText);
    if (storeId === undefined) return undefined;
    filters.push((order) => order.storeId === storeId);
  }
  for (const [name, valueOf] of dateFields) {
    const start = query.get(`${name}Start`);
    const end = query.get(`${name}End`);
    if (start !== null) filters.push((order) => valueOf(order) >= start);
    if (end !== null) filters.push((order) => valueOf(order) <= end);
  }
  return filters;
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
