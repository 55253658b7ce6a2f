import { subjects } from '@pes/contracts';
import { ok } from '@pes/kernel';
import { askDispatch } from '../../ask-dispatch.ts';
import type { Api } from '../../api.ts';
import { countLetters } from '../../data-access/find-letters.sql.ts';
import { orderTotals } from '../../data-access/order-totals.sql.ts';
import { failures, oldestUnsent, throughput } from '../../data-access/overview.sql.ts';
import { orderStates, pushStates } from '../../domain/order-state.ts';
import { route, viewers, type Route } from '../route.ts';
import { answer, count, flag, listOf, nullable, object, ref, time, uuid } from '../schemas.ts';

const maybeText = nullable({ type: 'string' });

export const overviewSchema = object({
  orders: object({ seen: count, states: object(Object.fromEntries(orderStates.map((state) => [state, count]))) }),
  oldestUnsent: { ...nullable(object({ orderId: uuid, orderNumber: { type: 'integer' }, siteId: uuid, placedAt: time, state: { enum: orderStates } })), description: 'By order date, of the orders that are ready' },
  failures: { ...listOf(object({ accountId: uuid, provider: { type: 'string' }, state: { enum: pushStates }, code: maybeText, count, message: { type: 'string', description: 'Of the latest one' } })), description: 'What waits for a person, the most frequent first' },
  accounts: {
    ...nullable(listOf(object({
      accountId: uuid, name: { type: 'string' }, provider: { type: 'string' }, state: { type: 'string' }, broken: { ...flag, description: 'Paused, blocked, or backing off' }, paused: { ...flag, description: 'By a person' },
      code: maybeText, message: maybeText, unsent: count, sending: count, oldestUnsentAt: nullable(time),
    }))), description: 'Queues of the accounts; null: push-dispatch does not answer',
  },
  openDeadLetters: object({ push: count, message: count }),
  throughput: { ...listOf(object({ hour: time, sent: count })), description: 'Pushes sent in each of the last 24 hours' },
});

interface LaneRow {
  account_id: string; name: string; provider: string; state: string; operator_paused: boolean; waiting: boolean | null; pause_code: string | null; pause_message: string | null;
  unsent: number; sending: number; oldest_unsent_at: string | null;
}

const patienceMs = 2_000;
const hours = 24;

async function lanesOf(api: Api, subscriberId: string): Promise<object[] | null> {
  const asked = await askDispatch<{ lanes: LaneRow[] }>(api, subjects.rpcDispatchLanes, { subscriberId }, patienceMs);
  if (!asked.ok) return null;
  return asked.value.lanes.map((lane) => {
    // A pause that is over leaves its reason behind until the account sends again.
    const broken = lane.operator_paused || lane.waiting === true;
    return {
      accountId: lane.account_id, name: lane.name, provider: lane.provider, state: lane.state, broken, paused: lane.operator_paused, code: broken ? lane.pause_code : null, message: broken ? lane.pause_message : null,
      unsent: lane.unsent, sending: lane.sending, oldestUnsentAt: lane.oldest_unsent_at,
    };
  });
}

export const overviewRoutes: readonly Route[] = [
  route({
    operationId: 'showOverview', method: 'get', path: '/api/v1/overview', tag: 'Overview', summary: 'What is broken now', tenancy: 'subscriber', roles: viewers, responses: { 200: answer('The overview', ref('Overview')) },
    async handle({ api, subscriberId }) {
      const letters = (kind: 'push' | 'message'): Promise<number> => countLetters(api.db, { subscriberId, kind, status: 'open' });
      const [totals, oldest, failed, accounts, push, message, sent] = await Promise.all([
        orderTotals(api.db, subscriberId), oldestUnsent(api.db, subscriberId), failures(api.db, subscriberId), lanesOf(api, subscriberId), letters('push'), letters('message'), throughput(api.db, subscriberId, hours),
      ]);
      const states = Object.fromEntries(orderStates.map((state) => [state, totals.find((one) => one.state === state)?.count ?? 0]));
      return ok({ status: 200, body: {
        orders: { seen: totals.reduce((sum, one) => sum + one.count, 0), states }, oldestUnsent: oldest ?? null, failures: failed, accounts, openDeadLetters: { push, message }, throughput: sent,
      } });
    },
  }),
];
