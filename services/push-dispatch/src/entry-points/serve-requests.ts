import { subjects, validator, type Validator } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { deadPushPage } from '../data-access/dead-pushes.sql.ts';
import { missingOrders } from '../data-access/known-orders.sql.ts';
import { dispatchSums, lanesOverview, pushDetail, queryPushes } from '../data-access/query-pushes.sql.ts';
import type { Dispatch } from '../dispatch.ts';

const beforeAll = '00000000-0000-0000-0000-000000000000';
const deadPageSize = 500;

const validateKnown = validator('dispatch-known-request');
const validateQuery = validator('push-query');
const validateDetail = validator('push-detail-request');

/** A request that breaks its schema gets its errors back as the answer. */
function checked<T>(validate: Validator<T>, answer: (request: T) => Promise<object>): (request: unknown) => Promise<object> {
  return async (request) => {
    const valid = validate(request);
    return valid.ok ? answer(valid.value) : { error: valid.errors.join('; ') };
  };
}

/** What other services ask: whether decisions arrived, and what operators want to see. */
export function serveRequests(dispatch: Dispatch): { stop(): Promise<void> } {
  const { bus, db } = dispatch;
  const servers = [
    serveRpc(bus, subjects.rpcDispatchKnown, checked(validateKnown, async ({ orders }) => ({ missing: await missingOrders(db, orders) }))),
    serveRpc(bus, subjects.rpcDispatchPushes, checked(validateQuery, async (query) => ({ pushes: await queryPushes(db, query) }))),
    serveRpc(bus, subjects.rpcDispatchPush, checked(validateDetail, async ({ pushId }) => (await pushDetail(db, pushId)) ?? { error: `there is no push ${pushId}` })),
    serveRpc(bus, subjects.rpcDispatchDead, async (request) => {
      const after = (request as { after?: unknown }).after;
      return { dead: await deadPushPage(db, typeof after === 'string' ? after : beforeAll, deadPageSize, await dispatch.manifests.current()) };
    }),
    serveRpc(bus, subjects.rpcDispatchLanes, async (request) => {
      const { subscriberId } = request as { subscriberId?: unknown };
      return { lanes: await lanesOverview(db, typeof subscriberId === 'string' ? subscriberId : undefined) };
    }),
    serveRpc(bus, subjects.rpcDispatchSums, () => dispatchSums(db)),
  ];
  return { stop: async () => { await Promise.all(servers.map((server) => server.stop())); } };
}
