import { defaultStores, defaultTagIds, type SimulatedAccount } from './accounts.ts';
import { exception, json, modelError, type Answer } from './answers.ts';
import { orderAnswer } from './order-answer.ts';
import type { OrderBook } from './order-book.ts';
import { searchOrders } from './search-orders.ts';
import { brokenRule, checkModel, isObject, type Json, type Known } from './validate-order.ts';

/** An account with what its requests need, worked out once. */
export interface RoutedAccount {
  name: string;
  stores: NonNullable<SimulatedAccount['stores']>;
  firstStoreId: number;
  known: Known;
}

export function routedAccount(account: SimulatedAccount): RoutedAccount {
  const stores = account.stores ?? defaultStores;
  const manual = stores.filter((store) => store.marketplaceId === 0).map((store) => store.storeId);
  return {
    name: account.name ?? account.apiKey,
    stores,
    firstStoreId: manual[0] ?? 0,
    known: { manualStoreIds: new Set(manual), tagIds: new Set(account.tagIds ?? defaultTagIds) },
  };
}

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  contentType: string;
}

type Route = (account: RoutedAccount, book: OrderBook, request: ApiRequest) => Answer;

const routes: Record<string, Record<string, Route>> = {
  '/orders/createorder': { POST: (account, book, request) => withJson(request, (body) => createOrder(account, book, body, request.body)) },
  '/orders/createorders': { POST: (account, book, request) => withJson(request, (body) => createOrders(account, book, body)) },
  '/orders/markasshipped': { POST: (account, book, request) => withJson(request, (body) => markAsShipped(account, book, body)) },
  '/orders': { GET: (account, book, request) => searchOrders(book, account.name, request.query) },
  '/stores': { GET: (account) => json(200, account.stores.map((store) => ({ ...store, active: true, accountName: null, refreshDate: null }))) },
};

/** The V1 API, as far as it is simulated. */
export function route(account: RoutedAccount, book: OrderBook, request: ApiRequest): Answer {
  const methods = routes[request.path];
  const id = /^\/orders\/(\d+)$/.exec(request.path)?.[1];
  if (methods === undefined && id === undefined) return json(404, { Message: `No HTTP resource was found that matches the request URI '${request.path}'.` });
  if (id !== undefined && request.method === 'GET') return readOrder(account, book, Number(id));
  const handle = methods?.[request.method];
  return handle === undefined ? json(405, { Message: `The requested resource does not support http method '${request.method}'.` }) : handle(account, book, request);
}

function withJson({ body, contentType }: ApiRequest, handle: (value: unknown) => Answer): Answer {
  if (!/^application\/json\b/.test(contentType)) return json(415, { Message: `The request entity's media type '${contentType}' is not supported for this resource.` });
  try {
    return handle(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return modelError({ apiOrder: ['The body is not JSON.'] });
    throw error;
  }
}

function createOrder(account: RoutedAccount, book: OrderBook, body: unknown, text: string): Answer {
  const misfit = checkModel(body);
  if (misfit !== undefined) return misfit;
  const broken = brokenRule(body as Json, account.known);
  if (broken !== undefined) return exception(broken);
  const saved = book.save(account.name, body as Json, { firstStoreId: account.firstStoreId, text });
  return 'refused' in saved ? exception(saved.refused) : json(200, orderAnswer(body as Json, saved.stored));
}

const maxRows = 100;

/** Answers 200 whatever the rows; a body that does not fit the model refuses all of them. */
function createOrders(account: RoutedAccount, book: OrderBook, body: unknown): Answer {
  if (!Array.isArray(body)) return modelError({ apiOrders: ['An array is expected.'] });
  if (body.length > maxRows) return json(400, { message: `At most ${maxRows} orders are allowed in one request` });
  const misfit = body.map(checkModel).find((answer) => answer !== undefined);
  if (misfit !== undefined) return misfit;
  const results = (body as Json[]).map((order) => {
    const broken = brokenRule(order, account.known);
    const saved = broken === undefined ? book.save(account.name, order, { firstStoreId: account.firstStoreId }) : { refused: broken };
    const orderNumber = order['orderNumber'] ?? null;
    return 'refused' in saved
      ? { orderId: null, orderNumber, orderKey: order['orderKey'] ?? null, success: false, errorMessage: saved.refused }
      : { orderId: saved.stored.orderId, orderNumber, orderKey: saved.stored.orderKey, success: true, errorMessage: null };
  });
  return json(200, { hasErrors: results.some(({ success }) => !success), results });
}

function readOrder(account: RoutedAccount, book: OrderBook, orderId: number): Answer {
  const order = book.of(account.name).byId.get(orderId);
  return order === undefined ? json(404, { message: 'Order not found' }) : json(200, book.answerOf(order));
}

function markAsShipped(account: RoutedAccount, book: OrderBook, body: unknown): Answer {
  if (!isObject(body) || typeof body['orderId'] !== 'number') return modelError({ 'request.orderId': ['A number is expected.'] });
  if (typeof body['carrierCode'] !== 'string') return exception('CarrierCode Is Required');
  const order = book.of(account.name).byId.get(body['orderId']);
  if (order === undefined) return exception(`Order ${body['orderId']} was not found.`);
  book.setStatus(account.name, order, 'shipped');
  return json(200, { orderId: order.orderId, orderNumber: order.orderNumber });
}
