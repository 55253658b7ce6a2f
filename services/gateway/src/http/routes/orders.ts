import { ok } from '@pes/kernel';
import { readOrders, pushesOfOrders } from '../../data-access/read-orders.sql.ts';
import { orderTotals, pushTotals } from '../../data-access/order-totals.sql.ts';
import { readTimeline } from '../../data-access/timeline.sql.ts';
import { textSearch } from '../../domain/order-search.ts';
import { orderStates, pushStates } from '../../domain/order-state.ts';
import { refuse } from '../../domain/refusal.ts';
import { listOrders, shownOrder, shownOrderPush, type OrderQuery } from '../../orders/list-orders.ts';
import { handOut, planPushOrder, retryOrder } from '../../orders/push-order.ts';
import { pushHistory } from '../../orders/push-attempts.ts';
import { note } from '../../param-schemas.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { operators, route, viewers, type Route } from '../route.ts';
import { anyObject, answer, count, flag, listOf, nullable, object, pageSchema, provider, ref, text, time, uuid } from '../schemas.ts';

const maybeText = nullable({ type: 'string' });
const number = { type: 'integer', minimum: 1 };
const orderState = { enum: orderStates, description: 'failed: a push waits for a person; sending: on its way; waiting: not ready, reasons say why; closed: will not be pushed; no-target: no account was live on its site; pending: just decided' };

export const reasonSchema = object({ code: { type: 'string' }, itemNumber: nullable({ type: 'integer' }), message: { type: 'string' } });
export const orderPush = {
  pushId: uuid, accountId: uuid, accountName: maybeText, provider: { type: 'string' }, state: { enum: pushStates }, code: maybeText, message: { type: 'string', description: 'Says what to fix' },
  reference: { ...maybeText, description: 'Number of the order at the provider' }, providerRef: { ...maybeText, description: 'Id of the order at the provider' }, attempts: count, nextAttemptAt: nullable(time), changedAt: time,
};
export const orderPushSchema = object(orderPush);
const order = {
  orderId: uuid, orderNumber: number, siteId: uuid, siteName: maybeText, placedAt: { ...time, description: 'Order date' }, state: orderState,
  message: { type: 'string', description: 'What stands between the order and its providers, and what to do about it' },
  decision: nullable(object({ result: { enum: ['eligible', 'waiting'] }, final: flag, version: count, decidedAt: nullable(time), itemNumbers: listOf(number), reasons: listOf(ref('Reason')) })),
};
export const orderSchema = object({ ...order, accounts: listOf(ref('OrderPush')) });
export const attemptSchema = object({
  attempt: count, startedAt: time, finishedAt: time, kind: { type: 'string' }, code: maybeText, message: maybeText, exchanges: { description: 'Requests and responses, masked' },
});
export const historyProperties = {
  attempts: { ...nullable(listOf(ref('Attempt'))), description: 'null: push-dispatch does not answer' },
  commands: nullable(listOf(object({ commandId: { type: 'string' }, action: { type: 'string' }, actor: { type: 'string' }, note: maybeText, appliedAt: time }))),
};
export const orderDetailSchema = object({ ...order, accounts: listOf(object({ ...orderPush, history: object(historyProperties) })) });
export const timelineEntrySchema = object({
  at: time, kind: { enum: ['decision', 'push'] }, version: count, result: { type: 'string' }, final: flag, reasons: listOf(ref('Reason')), pushId: nullable(uuid), accountId: nullable(uuid), provider: maybeText,
  state: { type: 'string' }, code: maybeText, message: { type: 'string' }, reference: maybeText, providerRef: maybeText, attempt: count, nextAttemptAt: nullable(time),
}, ['version', 'result', 'final', 'reasons', 'pushId', 'accountId', 'provider', 'state', 'code', 'message', 'reference', 'providerRef', 'attempt', 'nextAttemptAt']);
export const totalsSchema = object({
  seen: { ...count, description: 'All orders; the sum of the states' }, states: object(Object.fromEntries(orderStates.map((state) => [state, count]))),
  pushes: count, accounts: listOf(object({ accountId: uuid, provider: { type: 'string' }, pushes: count, states: anyObject })),
});

const tag = 'Orders';
const path = '/api/v1/orders/{orderId}';
interface OrderPath { params: { orderId: string } }
const params = { orderId: uuid };

/** The place of a page is made of what its list is sorted by. */
function keyCheck(search: string | undefined): (part: string) => boolean {
  if (search === undefined) return cursorParts.time;
  return textSearch(search).kind === 'number' ? (part) => /^\d{1,16}$/.test(part) : cursorParts.text;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

export const orderRoutes: readonly Route[] = [
  route<{ query: OrderQuery & { cursor?: string; limit: number } }>({
    operationId: 'listOrders', method: 'get', path: '/api/v1/orders', tag, summary: 'Orders with what became of them', tenancy: 'subscriber', roles: viewers,
    description: 'The newest order dates first; with `text`, in the order of the numbers or references that begin with it.',
    query: {
      siteId: uuid, states: { type: 'array', items: { enum: orderStates }, minItems: 1, maxItems: orderStates.length, uniqueItems: true }, accountId: uuid, provider,
      from: { ...time, description: 'Order date at or after' }, to: { ...time, description: 'Order date before' }, text: text(100, 'Beginning of an order number, or of a reference at a provider'), ...cursorQuery,
    },
    responses: { 200: answer('A page', pageSchema(ref('Order'))) },
    async handle({ api, subscriberId, query: { cursor, limit, ...query } }) {
      const decoded = decodeCursor(cursor, [keyCheck(query.text), cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const [key, orderId] = decoded.value.position ?? [];
      const after = key === undefined || orderId === undefined ? undefined : { key, orderId };
      const page = pageOf(await listOrders(api.db, subscriberId, query, { after, limit: limit + 1 }), limit, ({ place }) => [place.key, place.orderId]);
      return ok({ status: 200, body: { items: page.items.map(({ shown }) => shown), next: page.next } });
    },
  }),
  route({
    operationId: 'showOrderTotals', method: 'get', path: '/api/v1/order-totals', tag, summary: 'How many orders and pushes are in which state', tenancy: 'subscriber', roles: viewers,
    description: 'Every order that was ever seen is in exactly one state, so the states add up to `seen`; the same holds of the pushes of each account.',
    responses: { 200: answer('The totals', ref('OrderTotals')) },
    async handle({ api, subscriberId }) {
      const [orders, pushes] = await Promise.all([orderTotals(api.db, subscriberId), pushTotals(api.db, subscriberId)]);
      const accounts = new Map<string, { accountId: string; provider: string; pushes: number; states: Record<string, number> }>();
      for (const { accountId, provider: key, state, count: n } of pushes) {
        const known = accounts.get(accountId) ?? { accountId, provider: key, pushes: 0, states: {} };
        accounts.set(accountId, { ...known, pushes: known.pushes + n, states: { ...known.states, [state]: n } });
      }
      const byState = new Map(orders.map(({ state, count: n }) => [state, n]));
      return ok({ status: 200, body: {
        seen: sum([...byState.values()]), states: Object.fromEntries(orderStates.map((state) => [state, byState.get(state) ?? 0])),
        pushes: sum([...accounts.values()].map((account) => account.pushes)), accounts: [...accounts.values()],
      } });
    },
  }),
  route<OrderPath>({
    operationId: 'showOrder', method: 'get', path, tag, summary: 'One order: what each account got, and every attempt', tenancy: 'subscriber', roles: viewers, params,
    responses: { 200: answer('The order', ref('OrderDetail')) },
    async handle({ api, subscriberId, params: { orderId } }) {
      const [found] = await readOrders(api.db, subscriberId, [orderId]);
      if (found === undefined) return refuse('not_found', `there is no order ${orderId}`);
      const pushes = await pushesOfOrders(api.db, subscriberId, [orderId]);
      const histories = await Promise.all(pushes.map(({ pushId }) => pushHistory(api, pushId)));
      const accounts = pushes.map((push, index) => ({ ...shownOrderPush(push), history: histories[index] ?? { attempts: null, commands: null } }));
      return ok({ status: 200, body: { ...shownOrder(found, pushes), accounts } });
    },
  }),
  route<OrderPath & { query: { cursor?: string; limit: number } }>({
    operationId: 'showOrderTimeline', method: 'get', path: `${path}/timeline`, tag, summary: 'What happened to an order, oldest first', tenancy: 'subscriber', roles: viewers, params, query: cursorQuery,
    responses: { 200: answer('A page', pageSchema(ref('TimelineEntry'))) },
    async handle({ api, subscriberId, params: { orderId }, query: { cursor, limit } }) {
      const decoded = decodeCursor(cursor, [cursorParts.time, cursorParts.text]);
      if (!decoded.ok) return decoded;
      if ((await readOrders(api.db, subscriberId, [orderId])).length === 0) return refuse('not_found', `there is no order ${orderId}`);
      const [at, key] = decoded.value.position ?? [];
      const rows = await readTimeline(api.db, { subscriberId, orderId }, at === undefined || key === undefined ? undefined : { at, key }, limit + 1);
      const page = pageOf(rows, limit, (row) => [row.at.toISOString(), row.key]);
      return ok({ status: 200, body: { items: page.items.map(({ at: when, entry }) => ({ at: when, ...entry })), next: page.next } });
    },
  }),
  route<OrderPath & { body: { accountIds?: string[]; note?: string } }>({
    operationId: 'pushOrder', method: 'post', path: `${path}/push`, tag, summary: 'Push Order', tenancy: 'subscriber', roles: operators, params,
    description: 'Tries again what failed, and makes the pushes of accounts that went live since. An order that waits is answered with its reasons in `errors`, `field` being the code.',
    body: { kind: 'json', optional: true, schema: { type: 'object', additionalProperties: false, properties: { accountIds: { type: 'array', items: uuid, minItems: 1, maxItems: 50, uniqueItems: true }, note } } },
    responses: { 202: answer('Under way; the outcome shows in a moment', object({
      commandId: nullable({ type: 'string' }), retried: listOf(ref('OrderPush')), unchanged: { ...listOf(ref('OrderPush')), description: 'Sent, or on their way' },
      handedOut: { ...flag, description: 'The order was handed to accounts that did not have it' },
    })) },
    async handle({ api, subscriberId, actor, params: { orderId }, body, commit }) {
      const request = { subscriberId, orderId, actor, ...body };
      const plan = await planPushOrder(api, request);
      if (!plan.ok) return plan;
      if (plan.value.handOut) {
        const handed = await handOut(api, plan.value.order, subscriberId);
        if (!handed.ok) return handed;
      }
      const reply = await commit(async (client) => {
        const commandId = await retryOrder(client, plan.value, { ...request, atMs: api.clock.now() });
        const { retry, unchanged, handOut: handedOut } = plan.value;
        return ok({ status: 202, body: { commandId, retried: retry.map(shownOrderPush), unchanged: unchanged.map(shownOrderPush), handedOut } });
      });
      api.wakeOutbox();
      return reply;
    },
  }),
];
