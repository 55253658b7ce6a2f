import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderDecision, PushOutcome, PushWorkItem, RegistryAccount, RegistryActivation } from '@pes/contracts';
import { callRpc, publish } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aDecision, aManifest, anItem, anOrder, ids, orderId } from './order-fixture.ts';
import { runDispatch, type RunningDispatch } from './running-dispatch.ts';

let running: RunningDispatch;
let number = 1000;
let version = 1;

const account = (changes: Partial<RegistryAccount> = {}): RegistryAccount => ({
  accountId: ids.accountA, subscriberId: ids.subscriber, provider: 'acme-press', name: 'Acme East', state: 'active', referencePrefix: 'AE-',
  settings: { rate: 100_000 }, sealedCredentials: 'sealed', version: version += 1, ...changes,
});
const activation = (changes: Partial<RegistryActivation> = {}): RegistryActivation => ({
  subscriberId: ids.subscriber, siteId: ids.site, accountId: ids.accountA, enabled: true, live: true, settings: {}, version: version += 1, ...changes,
});
const manifest = (changes: Parameters<typeof aManifest>[0] = {}) =>
  aManifest({ idempotency: 'natural-key', rateLimit: { requests: 100_000, perSeconds: 1, requestsPerPush: 1 }, ordersPerMessage: 10, ...changes });

/** A fresh order for every test. */
function decision(changes: Partial<OrderDecision> = {}): OrderDecision {
  number += 1;
  return aDecision({ orderId: orderId(number), orderNumber: number, ...changes });
}
const accepted: PushOutcome = { kind: 'accepted', providerRef: 'P-1' };
const workOf = (orderNumber: number): PushWorkItem[] => running.work.filter((item) => item.push.order.orderNumber === orderNumber);
const stateOf = (orderNumber: number): string | undefined => running.newestChange(orderNumber)?.state;
const reaches = (orderNumber: number, state: string, timeoutMs = 10_000) => waitUntil(() => stateOf(orderNumber) === state, { timeoutMs });

beforeAll(async () => {
  running = await runDispatch({ LEASE_MS: '1500', SWEEP_MS: '50', REANNOUNCE_AFTER_MS: '60000' });
  await running.announce(manifest());
  await running.register({ accounts: [account()], activations: [activation()] });
  await waitUntil(async () => (await running.db.query('select from lane')).rowCount === 1);
});
afterAll(() => running.stop());
beforeEach(() => {
  running.answer = () => accepted;
});

describe('push-dispatch', () => {
  it('sends an eligible order to the live account once and publishes the outcome', async () => {
    const order = decision();
    await running.decide(order);
    await reaches(order.orderNumber, 'sent');
    expect(workOf(order.orderNumber)).toHaveLength(1);
    expect(workOf(order.orderNumber)[0]).toMatchObject({ mode: 'send', attempt: 1, firstSentAt: null, push: { reference: `AE-${order.orderNumber}` } });
    expect(running.newestChange(order.orderNumber)).toMatchObject({ providerRef: 'P-1', message: `Sent to Acme East as AE-${order.orderNumber}.` });
  });

  it('sends once when decisions come again, late, and out of order', async () => {
    const order = decision();
    const newer = { ...order, version: 3, order: { ...order.order!, version: 3 } };
    await running.decide(newer, order, newer);
    await running.decide(order);
    await running.decide(newer);
    await reaches(order.orderNumber, 'sent');
    await running.decide(order, newer);
    const after = decision();
    await running.decide(after);
    await reaches(after.orderNumber, 'sent');
    expect(workOf(order.orderNumber)).toHaveLength(1);
    expect(workOf(order.orderNumber)[0]?.push.order.version).toBe(3);
  });

  it('does not send an order whose newest version is waiting, even when the older "eligible" comes last', async () => {
    const order = decision();
    await running.decide({ ...order, version: 5, result: 'waiting', itemNumbers: [], order: null, reasons: [{ code: 'ITEM_STATUS_INVALID', itemNumber: 1, message: 'cancelled' }] });
    await running.decide(order);
    const after = decision();
    await running.decide(after);
    await reaches(after.orderNumber, 'sent');
    expect(workOf(order.orderNumber)).toHaveLength(0);
  });

  it('says that nobody gets an order of an unknown site', async () => {
    const siteId = orderId(77);
    const order = decision({ siteId });
    await running.decide(order);
    await reaches(order.orderNumber, 'no-target');
    expect(running.newestChange(order.orderNumber)).toMatchObject({ code: 'site_unknown', accountId: null });
  });

  it('refuses the second of two orders with one number, in one batch or later, and sends the others', async () => {
    const first = decision();
    const twin = decision({ orderNumber: first.orderNumber });
    const other = decision();
    await running.decide(first, twin, other);
    await reaches(other.orderNumber, 'sent');
    const later = decision({ orderNumber: first.orderNumber });
    await running.decide(later);
    const statesOf = async (): Promise<Record<string, string>> => Object.fromEntries(
      (await running.db.query<{ order_id: string; state: string; code: string | null }>('select order_id, state, code from push where order_number = $1', [first.orderNumber]))
        .rows.map((row) => [row.order_id, `${row.state} ${row.code}`]),
    );
    await waitUntil(async () => Object.keys(await statesOf()).length === 3 && Object.values(await statesOf()).includes('sent null'));
    expect(await statesOf()).toEqual({ [first.orderId]: 'sent null', [twin.orderId]: 'rejected reference_taken', [later.orderId]: 'rejected reference_taken' });
    expect(workOf(first.orderNumber)).toHaveLength(1);
  });

  it('looks an order up first after an unknown outcome', async () => {
    running.answer = (item) => (item.attempt === 1 ? { kind: 'unknown', code: 'timeout', message: 'no answer', afterMs: 0 } : { kind: 'duplicate', providerRef: 'P-2' });
    const order = decision();
    await running.decide(order);
    await reaches(order.orderNumber, 'checking');
    await running.db.query(`update push set run_at = now() where order_number = $1`, [order.orderNumber]);
    await reaches(order.orderNumber, 'sent');
    expect(workOf(order.orderNumber).map((item) => item.mode)).toEqual(['send', 'check-then-send']);
    expect(workOf(order.orderNumber)[1]?.firstSentAt).not.toBeNull();
  });

  it('keeps a rejected order red with the words of the provider', async () => {
    running.answer = () => ({ kind: 'rejected', code: 'validation', message: 'Street is missing' });
    const order = decision();
    await running.decide(order);
    await reaches(order.orderNumber, 'rejected');
    expect(running.newestChange(order.orderNumber)?.message).toBe('Not sent: Street is missing');
  });

  it('checks when a connector does not report, and takes its late report', async () => {
    running.answer = () => undefined;
    const order = decision();
    await running.decide(order);
    await reaches(order.orderNumber, 'checking');
    const [first] = workOf(order.orderNumber);
    await waitUntil(() => workOf(order.orderNumber).length === 2);
    expect(workOf(order.orderNumber)[1]).toMatchObject({ mode: 'check-then-send', fence: 2 });
    await report(first!, accepted);
    await report(workOf(order.orderNumber)[1]!, { kind: 'duplicate', providerRef: 'P-9' });
    await reaches(order.orderNumber, 'sent');
    expect(running.newestChange(order.orderNumber)?.providerRef).toBe('P-9');
  });

  it('ignores a report that comes twice', async () => {
    running.answer = () => undefined;
    const order = decision();
    await running.decide(order);
    await waitUntil(() => workOf(order.orderNumber).length === 1);
    const [item] = workOf(order.orderNumber);
    await report(item!, { kind: 'retry', code: 'unreachable', message: 'refused' }, 'a');
    await reaches(order.orderNumber, 'retrying');
    await report(item!, { kind: 'retry', code: 'unreachable', message: 'refused' }, 'b');
    const after = decision();
    running.answer = () => accepted;
    await running.decide(after);
    await reaches(after.orderNumber, 'sent');
    const { rows } = await running.db.query<{ failures: number }>('select failures from push where order_number = $1', [order.orderNumber]);
    expect(rows).toEqual([{ failures: 1 }]);
  });

  it('withdraws what is not sent yet when the order stops being ready, and sends it when it is ready again', async () => {
    await running.register({ accounts: [account({ state: 'paused' })] });
    const order = decision();
    await waitUntil(async () => (await running.db.query(`select from account where state = 'paused'`)).rowCount === 1);
    await running.decide(order);
    await reaches(order.orderNumber, 'queued');
    await running.decide({ ...order, version: 2, result: 'waiting', itemNumbers: [], order: null, reasons: [{ code: 'ORDER_NOT_PAID', itemNumber: null, message: 'refunded' }] });
    await reaches(order.orderNumber, 'withdrawn');
    await running.register({ accounts: [account()] });
    await running.decide({ ...order, version: 3, order: { ...order.order!, version: 3 } });
    await reaches(order.orderNumber, 'sent');
    expect(workOf(order.orderNumber)).toHaveLength(1);
  });

  it('keeps the queue of an account with refused credentials and sends it after they were changed', async () => {
    running.answer = () => ({ kind: 'blocked', code: 'auth', message: 'The key was refused.' });
    const [first, second] = [decision(), decision()];
    await running.decide(first);
    await reaches(first.orderNumber, 'blocked');
    await running.decide(second);
    await reaches(second.orderNumber, 'queued');
    running.answer = () => accepted;
    await running.register({ accounts: [account()] });
    await reaches(first.orderNumber, 'sent');
    await reaches(second.orderNumber, 'sent');
  });

  it('waits for a missing product mapping and goes on by itself when it is set', async () => {
    const mapping = { entity: 'product' as const, label: 'Acme SKU', required: true, fallback: 'none' as const, fix: 'Open the product.' };
    await running.announce(manifest({ mappings: [mapping] }));
    await waitUntil(async () => (await running.db.query(`select from provider_manifest where manifest->'mappings'->0 is not null`)).rowCount === 1);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const order = decision();
    order.order = anOrder({ orderId: order.orderId, orderNumber: order.orderNumber, items: [anItem({ productName: 'Poster' })] });
    await running.decide(order);
    await reaches(order.orderNumber, 'waiting-mapping');
    expect(running.newestChange(order.orderNumber)?.message).toBe('Not sent: product Poster has no Acme SKU. Open the product.');
    await running.register({ entities: [{ subscriberId: ids.subscriber, accountId: ids.accountA, kind: 'product', entityId: ids.product, externalId: 'SKU-1', active: true, settings: {}, version: 1 }] });
    await reaches(order.orderNumber, 'sent');
    expect(workOf(order.orderNumber)[0]?.push.items[0]?.product.externalId).toBe('SKU-1');
  });

  it('answers which orders it holds', async () => {
    const order = decision();
    await running.decide(order);
    await reaches(order.orderNumber, 'sent');
    const unknown = orderId(999_999);
    const answer = await callRpc(running.bus, 'rpc.dispatch.known', { orders: [{ orderId: order.orderId, version: 1 }, { orderId: unknown, version: 1 }, { orderId: order.orderId, version: 2 }] }, 2_000);
    expect(answer).toEqual({ missing: expect.arrayContaining([unknown, order.orderId]) });
    expect((answer as { missing: string[] }).missing).toHaveLength(2);
  });

  it('claims no more than the places of the lane', async () => {
    await running.announce(manifest({ maxInFlight: 3, ordersPerMessage: 2 }));
    await waitUntil(async () => (await running.db.query('select from lane where max_in_flight = 3')).rowCount === 1);
    running.answer = () => undefined;
    const orders = Array.from({ length: 8 }, () => decision());
    await running.decide(...orders);
    const sending = async (): Promise<number> =>
      Number((await running.db.query<{ count: number }>(`select count(*) as count from push where state = 'sending'`)).rows[0]?.count);
    let most = 0;
    await waitUntil(async () => (most = Math.max(most, await sending())) >= 3);
    // Leases end after 1.5 s here, so the places are given out anew in this time as well.
    for (const endsAt = Date.now() + 2_500; Date.now() < endsAt;) most = Math.max(most, await sending());
    expect(most).toBe(3);
    running.answer = () => accepted;
    await waitUntil(() => orders.every((order) => stateOf(order.orderNumber) === 'sent'), { timeoutMs: 20_000 });
  });

  it('works off what it finds in its tables after a restart', async () => {
    await running.stopDispatch();
    const orders = Array.from({ length: 5 }, () => decision());
    await running.decide(...orders);
    await running.startDispatch();
    await waitUntil(() => orders.every((order) => stateOf(order.orderNumber) === 'sent'), { timeoutMs: 20_000 });
    for (const order of orders) expect(workOf(order.orderNumber)).toHaveLength(1);
  });
});

async function report(item: PushWorkItem, outcome: PushOutcome, mark = 'x'): Promise<void> {
  const now = new Date().toISOString();
  await publish(running.bus, {
    subject: `outcome.push.acme-press.${ids.accountA}`, type: 'test', id: `report-${item.pushId}-${item.fence}-${mark}`, source: 'test',
    data: { provider: 'acme-press', accountId: ids.accountA, results: [{ pushId: item.pushId, fence: item.fence, startedAt: now, finishedAt: now, outcome, exchanges: [] }] },
  });
}
