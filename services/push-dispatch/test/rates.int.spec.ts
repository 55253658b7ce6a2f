import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderDecision, PushOutcome, RegistryAccount, RegistryActivation } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { aDecision, aManifest, ids, orderId } from './order-fixture.ts';
import { runDispatch, type RunningDispatch } from './running-dispatch.ts';

let running: RunningDispatch;
let number = 5000;

const account = (accountId: string, credentialKey: string): RegistryAccount => ({
  accountId, subscriberId: ids.subscriber, provider: 'acme-press', name: `Acme ${accountId.slice(-1)}`, state: 'active', referencePrefix: `${accountId.slice(-1)}-`,
  settings: {}, sealedCredentials: 'sealed', credentialKey, version: 1,
});
const activation = (siteId: string, accountId: string): RegistryActivation => ({
  subscriberId: ids.subscriber, siteId, accountId, enabled: true, live: true, settings: {}, version: 1,
});
/** Two accounts with one pair of keys, each live on a site of its own, and one with other keys. */
const accountC = '11111111-0000-7000-8000-00000000000c';
const sites = { [ids.accountA]: orderId(901), [ids.accountB]: orderId(902), [accountC]: orderId(903) };

function decisionFor(accountId: string): OrderDecision {
  number += 1;
  return aDecision({ orderId: orderId(number), orderNumber: number, siteId: sites[accountId]! });
}
const accepted: PushOutcome = { kind: 'accepted', providerRef: 'P' };
const stateOf = (orderNumber: number): string | undefined => running.newestChange(orderNumber)?.state;
const sent = (orders: OrderDecision[]): Promise<unknown> => waitUntil(() => orders.every(({ orderNumber }) => stateOf(orderNumber) === 'sent'), { timeoutMs: 15_000 });

async function heldForMs(accountId: string): Promise<number> {
  const { rows } = await running.db.query<{ ms: number }>(
    'select extract(epoch from hold_until - now())::float8 * 1000 as ms from bucket join lane using (bucket_key) where account_id = $1', [accountId]);
  return rows[0]!.ms;
}

/** As if the time of every hold and pause were over. */
async function endWaits(): Promise<void> {
  await running.db.query(`update push set run_at = now() where state = 'retrying'`);
  await running.db.query('update bucket set hold_until = now()');
  await running.db.query('update lane set paused_until = now()');
}

beforeAll(async () => {
  running = await runDispatch({ SWEEP_MS: '50', REANNOUNCE_AFTER_MS: '60000' });
  await running.announce(aManifest({ idempotency: 'natural-key', rateLimit: { requests: 100_000, perSeconds: 1, requestsPerPush: 1 }, ordersPerMessage: 2 }));
  await running.register({
    accounts: [account(ids.accountA, 'one'), account(ids.accountB, 'one'), account(accountC, 'other')],
    activations: Object.entries(sites).map(([accountId, siteId]) => activation(siteId, accountId)),
  });
  await waitUntil(async () => (await running.db.query('select from lane')).rowCount === 3);
});
afterAll(() => running.stop());
beforeEach(async () => {
  running.answer = () => accepted;
  running.rate = () => undefined;
  await running.db.query(`update bucket set hold_until = '-infinity'`);
});

describe('the rate of a pair of keys', () => {
  it('stops all its accounts a little before the provider would, and goes on when the window is over', async () => {
    running.rate = () => ({ remaining: 5, resetMs: 30_000 });
    const first = decisionFor(ids.accountA);
    await running.decide(first);
    await sent([first]);
    await waitUntil(async () => (await heldForMs(ids.accountB)) > 0);
    running.rate = () => undefined;
    const [waiting, free] = [decisionFor(ids.accountB), decisionFor(accountC)];
    await running.decide(waiting, free);
    await sent([free]);
    expect(stateOf(waiting.orderNumber)).toBe('queued');
    expect(await heldForMs(ids.accountB)).toBeGreaterThan(20_000);
    await endWaits();
    await sent([waiting]);
  });

  it('lets go only as many orders as the provider has left, less a reserve', async () => {
    const before = decisionFor(ids.accountA);
    running.rate = () => ({ remaining: 8, resetMs: 30_000 });
    await running.decide(before);
    await sent([before]);
    const tokens = async (): Promise<number> => (await running.db.query<{ tokens: number }>(`select tokens from bucket where bucket_key = 'acme-press:one'`)).rows[0]!.tokens;
    expect(await waitUntil(async () => (await tokens()) <= 3 && tokens())).toBeLessThanOrEqual(3);
    expect(await heldForMs(ids.accountA)).toBe(-Infinity);
  });

  it('an order that was told to slow down waits with the others, keeps its attempts, and is sent then', async () => {
    running.answer = (item) => (item.attempt === 1 ? { kind: 'retry', code: 'rate_limited', message: 'slow down', afterMs: 30_000 } : accepted);
    const order = decisionFor(ids.accountA);
    await running.decide(order);
    await waitUntil(() => stateOf(order.orderNumber) === 'retrying');
    await waitUntil(async () => (await heldForMs(ids.accountB)) > 20_000);
    await endWaits();
    await sent([order]);
    const { rows } = await running.db.query<{ failures: number; attempt: number }>('select failures, attempt from push where order_number = $1', [order.orderNumber]);
    expect(rows).toEqual([{ failures: 0, attempt: 2 }]);
  });
});

describe('an open breaker', () => {
  it('pauses the lane of the account in the table, costs no attempt, and the order is sent when the pause is over', async () => {
    running.answer = (item) => (item.attempt === 1 ? { kind: 'retry', code: 'breaker_open', message: 'failing', afterMs: 30_000 } : accepted);
    const order = decisionFor(ids.accountA);
    await running.decide(order);
    await waitUntil(() => stateOf(order.orderNumber) === 'retrying');
    const lanes = await waitUntil(async () => {
      const { rows } = await running.db.query<{ account_id: string; pause_code: string }>('select account_id, pause_code from lane where paused_until > now()');
      return rows.length > 0 && rows;
    });
    expect(lanes).toEqual([{ account_id: ids.accountA, pause_code: 'breaker_open' }]);
    const [behind, sameKeys] = [decisionFor(ids.accountA), decisionFor(ids.accountB)];
    running.answer = () => accepted;
    await running.decide(behind, sameKeys);
    await sent([sameKeys]);
    expect(stateOf(behind.orderNumber)).toBe('queued');
    await endWaits();
    await sent([order, behind]);
    const { rows } = await running.db.query<{ failures: number }>('select failures from push where order_number = $1', [order.orderNumber]);
    expect(rows).toEqual([{ failures: 0 }]);
  });
});
