import type { PushCommand } from '@pes/contracts';
import { ok } from '@pes/kernel';
import { findPushes, findReadPush } from '../../data-access/find-pushes.sql.ts';
import type { ReadPush } from '../../domain/read-order.ts';
import { failedPushStates, pushStates, retryablePushStates } from '../../domain/order-state.ts';
import { refuse } from '../../domain/refusal.ts';
import { shownOrderPush } from '../../orders/list-orders.ts';
import { pushHistory } from '../../orders/push-attempts.ts';
import { note } from '../../param-schemas.ts';
import { commandPush } from '../../pushes/command-push.ts';
import { countRetries, pushFilter, retryAll, type PushQuery } from '../../pushes/retry-pushes.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { operators, route, viewers, type JsonSchema, type Properties, type Route } from '../route.ts';
import { answer, count, flag, listOf, object, pageSchema, provider, ref, text, time, uuid } from '../schemas.ts';
import { historyProperties, orderPush } from './orders.ts';

const ofOrder = { orderId: uuid, orderNumber: { type: 'integer' }, siteId: uuid, placedAt: { ...time, description: 'Order date' } };
export const pushSchema = object({ ...ofOrder, ...orderPush });
export const pushDetailSchema = object({ ...ofOrder, ...orderPush, history: object(historyProperties) });

function shownPush(push: ReadPush): object {
  const { orderId, orderNumber, siteId, placedAt } = push;
  return { orderId, orderNumber, siteId, placedAt, ...shownOrderPush(push) };
}

function filterProperties(states: readonly string[]): Properties {
  return {
    siteId: uuid, accountId: uuid, provider, states: { type: 'array', items: { enum: states }, minItems: 1, maxItems: states.length, uniqueItems: true }, code: text(60, 'Reason of a failure'),
    from: { ...time, description: 'Last change at or after' }, to: { ...time, description: 'Last change before' }, text: text(100, 'Beginning of a reference'),
  };
}

const tag = 'Pushes';
const path = '/api/v1/pushes/{pushId}';
const params = { pushId: uuid };
interface PushPath { params: { pushId: string } }
const commanded = answer('Under way; the outcome shows in a moment', object({ commandId: { type: 'string' } }));

interface CommandBody { note?: string; mode?: 'retry' | 'resend' | 'resend-as-new'; confirm?: boolean; providerRef?: string }
interface CommandRoute { operationId: string; verb: string; summary: string; description?: string; properties: Properties; required?: readonly string[]; actionOf(body: CommandBody): PushCommand['action'] }

function commandRoute({ operationId, verb, summary, description, properties, required = [], actionOf }: CommandRoute): Route {
  const schema: JsonSchema = { type: 'object', additionalProperties: false, properties, required };
  return route<PushPath & { body: CommandBody }>({
    operationId, method: 'post', path: `${path}/${verb}`, tag, summary, ...(description !== undefined && { description }), tenancy: 'subscriber', roles: operators, params,
    body: { kind: 'json', optional: required.length === 0, schema }, responses: { 202: commanded },
    async handle({ api, subscriberId, actor, params: { pushId }, body, commit }) {
      const { mode: _mode, ...rest } = body;
      const reply = await commit(async (client) => {
        const result = await commandPush(client, { subscriberId, pushId, actor, atMs: api.clock.now(), action: actionOf(body), ...rest });
        return result.ok ? ok({ status: 202, body: result.value }) : result;
      });
      api.wakeOutbox();
      return reply;
    },
  });
}

export const pushRoutes: readonly Route[] = [
  route<{ query: PushQuery & { cursor?: string; limit: number } }>({
    operationId: 'listPushes', method: 'get', path: '/api/v1/pushes', tag, summary: 'One order for one account, each', tenancy: 'subscriber', roles: viewers, query: { ...filterProperties(pushStates), ...cursorQuery },
    responses: { 200: answer('A page, the newest order dates first', pageSchema(ref('Push'))) },
    async handle({ api, subscriberId, query: { cursor, limit, ...query } }) {
      const decoded = decodeCursor(cursor, [cursorParts.time, cursorParts.uuid, cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const [placedAt, orderId, pushId] = decoded.value.position ?? [];
      const after = placedAt === undefined || orderId === undefined || pushId === undefined ? undefined : { placedAt, orderId, pushId };
      const found = await findPushes(api.db, subscriberId, await pushFilter(api.db, subscriberId, query), { after, limit: limit + 1 });
      const { items, next } = pageOf(found, limit, (push) => [push.placedAt.toISOString(), push.orderId, push.pushId]);
      return ok({ status: 200, body: { items: items.map(shownPush), next } });
    },
  }),
  route<{ body: { filter: PushQuery; dryRun: boolean; expected?: number; note?: string } }>({
    operationId: 'retryPushes', method: 'post', path: '/api/v1/pushes/retry', tag, summary: 'Retry all that failed', tenancy: 'subscriber', roles: operators,
    description: `A dry run counts. Then send the number as \`expected\`: when it has changed since, nothing is done. Without \`states\`, pushes that are ${failedPushStates.join(', ')}.`,
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, required: ['filter'], properties: {
      filter: { type: 'object', additionalProperties: false, properties: filterProperties(retryablePushStates) }, dryRun: { ...flag, default: false }, expected: { type: 'integer', minimum: 1, maximum: 1_000_000 }, note,
    } } },
    responses: {
      200: answer('Dry run', object({ total: count, counts: listOf(object({ accountId: uuid, provider: { type: 'string' }, state: { enum: pushStates }, count })) })),
      202: answer('Under way', object({ commandId: { type: 'string' }, count })),
    },
    async handle({ api, subscriberId, actor, body: { filter: query, dryRun, expected, note: reason }, commit }) {
      const filter = await pushFilter(api.db, subscriberId, query, failedPushStates);
      if (dryRun) return ok({ status: 200, body: await countRetries(api.db, subscriberId, filter) });
      const reply = await commit(async (client) => {
        const result = await retryAll(client, { subscriberId, filter, query, expected, note: reason, actor, atMs: api.clock.now() });
        return result.ok ? ok({ status: 202, body: result.value }) : result;
      });
      api.wakeOutbox();
      return reply;
    },
  }),
  route<PushPath>({
    operationId: 'showPush', method: 'get', path, tag, summary: 'One push with every attempt', tenancy: 'subscriber', roles: viewers, params, responses: { 200: answer('The push', ref('PushDetail')) },
    async handle({ api, subscriberId, params: { pushId } }) {
      const push = await findReadPush(api.db, subscriberId, pushId);
      if (push === undefined) return refuse('not_found', `there is no push ${pushId}`);
      return ok({ status: 200, body: { ...shownPush(push), history: await pushHistory(api, pushId) ?? { attempts: null, commands: null } } });
    },
  }),
  commandRoute({
    operationId: 'retryPush', verb: 'retry', summary: 'Send it again', actionOf: ({ mode }) => mode ?? 'retry',
    description: '`retry` looks first when it is not known what became of it. `resend` does not look, `resend-as-new` makes another order at the provider: both need `confirm`.',
    properties: { mode: { enum: ['retry', 'resend', 'resend-as-new'], default: 'retry' }, confirm: { ...flag, default: false }, note },
  }),
  commandRoute({
    operationId: 'markPushSent', verb: 'mark-sent', summary: 'A person found it at the provider', actionOf: () => 'mark-sent',
    properties: { providerRef: text(200, 'Id of the order at the provider'), note },
  }),
  commandRoute({
    operationId: 'dismissPush', verb: 'dismiss', summary: 'Nothing is to be done about it', actionOf: () => 'dismiss', properties: { note }, required: ['note'],
  }),
];
