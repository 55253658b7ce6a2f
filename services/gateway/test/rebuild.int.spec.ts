import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { consumers, subjects, type OrderDecision } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aChange, aDecision, aNoTarget, aWaitingDecision, say } from './read-model-fixtures.ts';
import { runGateway, type RunningGateway } from './running-gateway.ts';
import { ids } from './fixtures.ts';

let gateway: RunningGateway;
beforeAll(async () => { gateway = await runGateway(); });
afterAll(() => gateway.close());

async function table(name: string, order: string): Promise<unknown[]> {
  const { rows } = await gateway.db.query<{ row: unknown }>(`select to_jsonb(t) - 'no_target_message' as row from ${name} t order by ${order}`);
  return rows.map(({ row }) => row);
}
const model = async (): Promise<unknown> => ({ orders: await table('read_order', 'order_id'), pushes: await table('read_push', 'push_id'), accounts: await table('read_account', 'account_id') });

async function consumedAll(): Promise<void> {
  await waitUntil(async () => {
    const infos = await Promise.all([consumers.gatewayReadOrders, consumers.gatewayReadPushes].map(({ stream, durable }) => gateway.bus.jsm.consumers.info(stream, durable).catch(() => undefined)));
    return infos.every((info) => info?.num_pending === 0 && info.num_ack_pending === 0);
  }, { what: 'the readers to catch up' });
}

it('one command makes the read model again from nothing: from the streams, and from the services what the streams no longer hold', async () => {
  const decisions: OrderDecision[] = Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? aWaitingDecision() : aDecision()));
  const changes = decisions.flatMap((order, n) => (n % 3 === 1 ? [aChange(order, { state: 'queued' }), aChange(order, { state: 'sent', accountId: ids.west })] : n % 3 === 2 ? [aNoTarget(order)] : []));
  await say(gateway.bus, decisions, changes);
  await consumedAll();
  const before = await model();

  // The first half is in no stream any more; the services have everything.
  const infos = await gateway.bus.jsm.streams.info('ORDERS');
  await gateway.bus.jsm.streams.purge('ORDERS', { seq: Math.floor(infos.state.last_seq / 2) });
  const pushes = await gateway.bus.jsm.streams.info('INTEGRATION');
  await gateway.bus.jsm.streams.purge('INTEGRATION', { seq: Math.floor(pushes.state.last_seq / 2) });
  let refusals = 2;
  serveRpc(gateway.bus, subjects.rpcEligibilityDecisions, async (request) => {
    refusals -= 1;
    if (refusals > 0) return { error: 'not now' };
    const { after } = request as { after?: { orderId: string } };
    const sorted = decisions.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1)).filter(({ orderId }) => after === undefined || orderId > after.orderId);
    return { decisions: sorted.slice(0, 7).map(({ order: _order, ...decision }) => decision) };
  });
  serveRpc(gateway.bus, subjects.rpcDispatchPushes, async (request) => {
    const { after } = request as { after?: string };
    const known = changes.filter(({ pushId }) => pushId !== null && (after === undefined || pushId < after)).toSorted((a, b) => (a.pushId! < b.pushId! ? 1 : -1));
    return { pushes: known.slice(0, 4).map((change) => ({
      push_id: change.pushId, order_id: change.orderId, account_id: change.accountId, subscriber_id: ids.subscriber, site_id: change.siteId, order_number: change.orderNumber, provider: change.provider,
      reference: change.reference, state: change.state, code: change.code, message: change.message, attempt: change.attempt, provider_ref: null, run_at: null, revision: change.revision, updated_at: change.at,
    })) };
  });
  // What must not survive.
  await gateway.db.query(`update read_order set version = 99, result = 'waiting'; update read_push set state = 'dead', revision = 99`);

  await gateway.request('read-model.rebuild', { actor: 'kim' });
  expect(await gateway.request('read-model.rebuild', { actor: 'lee' })).toMatchObject({ code: 'conflict' });
  const shown = await waitUntil(async () => {
    const { rebuild } = await gateway.request<{ rebuild: { state: string } }>('read-model.show');
    return rebuild.state === 'done' && rebuild;
  }, { timeoutMs: 20_000, what: 'the rebuild' });
  expect(shown).toMatchObject({ decisions: 30, pushes: 20, actor: 'kim', finishedAt: expect.any(String) });
  await consumedAll();
  expect(await model()).toEqual(before);
  expect(await gateway.request('audit.list', { action: 'read-model.rebuild' })).toMatchObject({ entries: [{ actor: 'kim', subscriberId: null }] });
});
