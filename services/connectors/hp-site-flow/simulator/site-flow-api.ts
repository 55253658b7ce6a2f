import { answers, type Answer, type Violation } from './answer.ts';
import { violationsOf } from './order-checks.ts';
import { numberTaken, type StoredOrder, type SubmittedOrder } from './order-state.ts';
import type { OrderStore } from './order-store.ts';
import type { Route } from './routes.ts';
import type { SimulatedAccount, SimulatorOptions } from './settings.ts';

export interface ApiCall {
  route: Route;
  host: 'submit' | 'management';
  account: SimulatedAccount;
  body: string;
  nowMs: number;
  /** The submission will be acknowledged and dropped. */
  lost: boolean;
}

export interface ApiOptions {
  store: OrderStore;
  asyncDelayMs: number;
  orderShape: NonNullable<SimulatorOptions['orderShape']>;
}

const notFound = answers.failure(404, 'NotFound', 'No thing with that ID');

function withIds(list: unknown, prefix: string): unknown {
  return Array.isArray(list) ? list.map((entry: object, index) => ({ ...entry, _id: `${prefix}-${index}`, status: 'live' })) : list;
}

/** A stored order as reads show it: what was submitted, with what the server adds. */
function render({ orderId, atMs, status, document }: StoredOrder, sourceAccount: string): Record<string, unknown> {
  const { destination, orderData } = document;
  return {
    _id: orderId,
    destination: { id: `account-${destination.name}`, name: destination.name },
    source: { id: `account-${sourceAccount}`, name: sourceAccount },
    orderData: {
      ...orderData, status, date: new Date(atMs).toISOString(),
      items: withIds(orderData.items, `${orderId}-item`), shipments: withIds(orderData.shipments, `${orderId}-shipment`),
    },
    files: [],
    logs: [{ level: 'info', message: 'Order created', resourceType: 'order', resourceId: orderId, timestamp: new Date(atMs).toISOString() }],
  };
}

function parse(body: string): { document: unknown } | undefined {
  try {
    return { document: JSON.parse(body) as unknown };
  } catch {
    return undefined;
  }
}

function listSkus({ skus }: SimulatedAccount): Answer {
  const data = skus.map((sku, index) => ({ _id: `sku-${index}`, active: true, ...(typeof sku === 'string' ? { code: sku } : { code: sku.code, active: sku.active !== false }) }));
  return answers.ok({ success: true, count: data.length, page: 1, pages: 1, data: data.slice(0, 50) });
}

export function createApi({ store, asyncDelayMs, orderShape }: ApiOptions): (call: ApiCall) => Answer {
  function show(order: StoredOrder | undefined, { sourceAccount }: SimulatedAccount): Answer {
    if (order === undefined) return notFound;
    const rendered = render(order, sourceAccount);
    return answers.ok({ bare: rendered, wrapped: { success: true, order: rendered }, list: [rendered] }[orderShape]);
  }

  function check(document: unknown, account: SimulatedAccount): Violation[] {
    return [...violationsOf(document, account), ...(store.hasNumber(account.token, document) ? [numberTaken] : [])];
  }

  function submit({ account, body, host, nowMs, lost }: ApiCall): Answer {
    const parsed = parse(body);
    if (parsed === undefined) return answers.failure(400, 'BadRequest', 'Body is not JSON');
    const { document } = parsed;
    if (host === 'submit') {
      const orderId = store.acknowledge(account.token, document, { nowMs, delayMs: asyncDelayMs, lost });
      return answers.ok({
        _id: orderId, url: `https://files.invalid/order/${orderId}`, timestamp: new Date(nowMs).toISOString(), sourceAccountId: `account-${account.sourceAccount}`,
      });
    }
    const violations = check(document, account);
    if (violations.includes(numberTaken)) store.refuse(account.token, document);
    if (violations.length > 0) return answers.validationFailed(violations);
    return answers.ok({ success: true, order: render(store.create(account.token, document as SubmittedOrder, nowMs), account.sourceAccount) }, 201);
  }

  function validate({ account, body }: ApiCall): Answer {
    const parsed = parse(body);
    if (parsed === undefined) return answers.failure(400, 'BadRequest', 'Body is not JSON');
    const violations = check(parsed.document, account);
    return violations.length > 0 ? answers.validationFailed(violations) : answers.ok(parsed.document);
  }

  function cancel(order: StoredOrder | undefined): Answer {
    if (order === undefined) return notFound;
    if (order.status === 'cancelled') return answers.failure(400, 'BadRequest', 'Order is already cancelled');
    store.cancel(order.orderId);
    return answers.ok({ success: true, order: { _id: order.orderId } });
  }

  return (call) => {
    const { route, account } = call;
    const [first = '', second = ''] = route.parameters;
    switch (route.name) {
      case 'submit': return submit(call);
      case 'validate': return validate(call);
      case 'by-source-id': return show(store.byNumber(account.token, first), account);
      case 'by-id': return show(store.byId(account.token, first), account);
      case 'sku': return listSkus(account);
      case 'cancel-by-source-id': return first === account.sourceAccount ? cancel(store.byNumber(account.token, second)) : notFound;
      case 'cancel-by-id': return cancel(store.byId(account.token, first));
    }
  };
}
