import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subjects } from '@pes/contracts';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aDeadPush, ids } from './fixtures.ts';
import { aChange, aDecision, aWaitingDecision, say } from './read-model-fixtures.ts';
import { runApi, tokenOf, type RunningApi } from './running-api.ts';

interface Overview {
  orders: { seen: number; states: Record<string, number> };
  oldestUnsent: { orderNumber: number; state: string } | null;
  failures: Array<{ state: string; code: string; count: number; message: string; accountId: string }>;
  accounts: object[] | null;
  openDeadLetters: object;
  throughput: Array<{ hour: string; sent: number }>;
}

let api: RunningApi;
beforeAll(async () => { api = await runApi(); });
afterAll(() => api.close());

const show = async (subscriberId = ids.subscriber): Promise<Overview> => (await api.call<Overview>('GET', '/api/v1/overview', { token: await tokenOf({ roles: ['viewer'], subscriberId }) })).body;

it('shows what is broken now, of the subscriber alone', async () => {
  const now = Date.now();
  const ago = (ms: number): string => new Date(now - ms).toISOString();
  const old = aDecision({ placedAt: '2026-01-02T00:00:00.000Z' });
  const older = aDecision({ placedAt: '2026-01-01T00:00:00.000Z' });
  const waiting = aWaitingDecision({ placedAt: '2025-12-01T00:00:00.000Z' });
  const sent = Array.from({ length: 7 }, () => aDecision());
  const blocked = Array.from({ length: 3 }, () => aDecision());
  await say(api.bus, [old, older, waiting, ...sent, ...blocked], [
    aChange(older, { state: 'sent', at: ago(30 * 3_600_000) }), aChange(old, { state: 'rejected', code: 'bad_address', message: 'Not sent: the address is not complete.' }),
    ...sent.map((order, n) => aChange(order, { state: 'sent', at: ago(n < 4 ? 0 : 2 * 3_600_000) })),
    ...blocked.map((order, n) => aChange(order, { state: 'blocked', code: 'bad_credentials', accountId: ids.west, message: `Not sent: sign-in failed, ${n}.`, at: ago(1_000 * n) })),
  ]);
  await api.die(aDeadPush(), aDeadPush({ subscriberId: ids.otherSubscriber }));
  await waitUntil(async () => { const { orders } = await show(); return orders.seen === 13 && orders.states['sent'] === 8 && orders.states['failed'] === 4; });

  const silent = await show();
  expect(silent.accounts).toBeNull();
  const asked: unknown[] = [];
  serveRpc(api.bus, subjects.rpcDispatchLanes, async (request) => {
    asked.push(request);
    const lane = { subscriber_id: ids.subscriber, provider: 'acme-press', state: 'active', operator_paused: false, paused_until: null, waiting: null, pause_code: null, pause_message: null, unsent: 0, sending: 0, oldest_unsent_at: null };
    return { lanes: [
      { ...lane, account_id: ids.east, name: 'East', pause_code: 'breaker_open', pause_message: 'It was down.', waiting: false },
      { ...lane, account_id: ids.west, name: 'West', waiting: true, pause_code: 'bad_credentials', pause_message: 'Sign-in failed.', unsent: 3, oldest_unsent_at: old.placedAt },
    ] };
  });
  const seen = await show();
  expect(asked).toEqual([{ subscriberId: ids.subscriber }]);
  expect(seen.orders.states).toMatchObject({ waiting: 1, sent: 8, failed: 4, pending: 0 });
  expect(seen.oldestUnsent).toMatchObject({ orderNumber: old.orderNumber, state: 'failed' });
  expect(seen.failures).toMatchObject([
    { accountId: ids.west, state: 'blocked', code: 'bad_credentials', count: 3, message: 'Not sent: sign-in failed, 0.' }, { accountId: ids.east, state: 'rejected', code: 'bad_address', count: 1 },
  ]);
  expect(seen.accounts).toMatchObject([{ name: 'East', broken: false, code: null }, { name: 'West', broken: true, paused: false, code: 'bad_credentials', unsent: 3 }]);
  expect(seen.openDeadLetters).toEqual({ push: 1, message: 0 });
  expect(seen.throughput).toHaveLength(24);
  expect(seen.throughput.reduce((sum, hour) => sum + hour.sent, 0)).toBe(7);
  expect(seen.throughput.at(-1)!.sent + seen.throughput.at(-2)!.sent).toBe(4);

  expect(await show(ids.otherSubscriber)).toMatchObject({ orders: { seen: 0 }, oldestUnsent: null, failures: [], openDeadLetters: { push: 1, message: 0 } });
});
