import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, type OrderDecision, type PushChange, type RedecideRequest } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { aDeadPush, ids } from './fixtures.ts';
import { aChange, aDecision, aNoTarget, aWaitingDecision, say } from './read-model-fixtures.ts';
import { aManifest, runApi, tokenOf, type RunningApi } from './running-api.ts';

interface Order { orderId: string; orderNumber: number; state: string; message: string; accounts: Array<{ pushId: string; state: string; history?: { attempts: object[] | null; commands: object[] } }>; decision: { reasons: object[] } | null }
interface Page { items: Order[]; next: string | null }

let api: RunningApi;
let token: string;
const asked: RedecideRequest[] = [];
const days = (n: number): string => new Date(Date.parse('2026-05-01T00:00:00.000Z') + n * 86_400_000).toISOString();

// Twenty orders, a day apart: the states go round, every second one is of the other site, every third one has a push at the western account.
const decisions: OrderDecision[] = [];
const changes: PushChange[] = [];
for (let n = 0; n < 20; n += 1) {
  const base = { placedAt: days(n), siteId: n % 2 === 0 ? ids.site : ids.otherSite };
  const order = n % 4 === 0 ? aWaitingDecision(base) : aDecision(base);
  decisions.push(order);
  if (n % 4 === 1) changes.push(aNoTarget(order));
  if (n % 4 === 2) changes.push(aChange(order, { state: 'sent', revision: 4, message: 'Sent to Acme East.', providerRef: `P${n}` }));
  if (n % 4 === 3) changes.push(aChange(order, { state: 'rejected', revision: 3, message: 'Not sent: no SKU.' }), aChange(order, { accountId: ids.west, provider: 'other-press', reference: `OW-${order.orderNumber}`, state: 'sent', revision: 3 }));
}
const foreign = aDecision({ subscriberId: ids.otherSubscriber });

beforeAll(async () => {
  api = await runApi();
  token = await tokenOf({ roles: ['operator'] });
  serveRpc(api.bus, subjects.rpcEligibilityRedecide, async (request) => {
    asked.push(request as RedecideRequest);
    return { orders: [{ result: 'eligible', reasons: [] }], next: null };
  });
  await say(api.bus, [...decisions, foreign], changes);
  await waitUntil(async () => {
    const { rows: [n] } = await api.db.query<{ orders: number; pushes: number }>('select (select count(*) from read_order where placed_known) as orders, (select count(*) from read_push) as pushes');
    return n?.orders === decisions.length + 1 && n.pushes === changes.filter(({ pushId }) => pushId !== null).length;
  }, { what: 'the read model' });
});
afterAll(() => api.close());

const list = async (query: string): Promise<Page> => (await api.call<Page>('GET', `/api/v1/orders?${query}`, { token })).body;
const numbers = (page: Page): number[] => page.items.map(({ orderNumber }) => orderNumber);
const numbersOf = (chosen: (decision: OrderDecision, n: number) => boolean): number[] => decisions.filter(chosen).map(({ orderNumber }) => orderNumber).toReversed();

describe('the order list', () => {
  it('has the newest order dates first, nothing of another subscriber, and says what to fix', async () => {
    const page = await list('limit=100');
    expect(numbers(page)).toEqual(numbersOf(() => true));
    expect(page.next).toBeNull();
    expect(page.items.slice(0, 4).map(({ state, message }) => [state, message])).toEqual([
      ['failed', 'Not sent: no SKU.'], ['sent', 'Sent to Acme East.'], ['no-target', 'Not sent: no account is live.'], ['waiting', 'The order is not paid. Waiting for approval of item 2.'],
    ]);
  });

  it.each<[string, string, (decision: OrderDecision, n: number) => boolean]>([
    ['a site', `siteId=${ids.otherSite}`, (_order, n) => n % 2 === 1],
    ['one state', 'states=waiting', (_order, n) => n % 4 === 0],
    ['two states', 'states=sent&states=no-target', (_order, n) => n % 4 === 1 || n % 4 === 2],
    ['a site and a state', `siteId=${ids.site}&states=sent`, (_order, n) => n % 4 === 2],
    ['an account', `accountId=${ids.west}`, (_order, n) => n % 4 === 3],
    ['a provider', 'provider=acme-press', (_order, n) => n % 4 >= 2],
    ['a provider that had no push', 'provider=nobody', () => false],
    ['a provider and an account of another one', `provider=acme-press&accountId=${ids.west}`, () => false],
    ['an account and a rare state', `accountId=${ids.east}&states=failed`, (_order, n) => n % 4 === 3],
    ['an account, a site and the bulk', `accountId=${ids.east}&siteId=${ids.site}&states=sent&states=failed`, (_order, n) => n % 4 === 2],
    ['a window of order dates', `from=${days(3)}&to=${days(9)}`, (_order, n) => n >= 3 && n < 9],
    ['a window and an account', `from=${days(3)}&accountId=${ids.west}`, (_order, n) => n >= 3 && n % 4 === 3],
  ])('filters by %s, and its pages of three are the same', async (_name, query, chosen) => {
    const expected = numbersOf(chosen);
    expect(numbers(await list(`${query}&limit=200`))).toEqual(expected);
    const seen: number[] = [];
    let cursor = '';
    for (let n = 0; n < 10; n += 1) {
      const page = await list(`${query}&limit=3${cursor}`);
      seen.push(...numbers(page));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen).toEqual(expected);
  });

  it('finds a number, its beginning, a reference in any case, and its beginning, a page at a time', async () => {
    const [first] = decisions;
    expect(numbers(await list(`text=${first!.orderNumber}`))).toEqual([first!.orderNumber]);
    expect(numbers(await list(`text=${String(first!.orderNumber).slice(0, 2)}`))).toEqual(numbersOf(() => true).toReversed());
    const sent = decisions[3]!;
    expect(numbers(await list(`text=ow-${sent.orderNumber}`))).toEqual([sent.orderNumber]);
    const west = numbersOf((_order, n) => n % 4 === 3).toReversed();
    expect(numbers(await list('text=OW-'))).toEqual(west);
    const page = await list('text=ow&limit=2');
    expect([...numbers(page), ...numbers(await list(`text=ow&limit=200&cursor=${page.next}`))]).toEqual(west);
    expect(numbers(await list(`text=2&limit=200&states=failed`))).toEqual(west);
    expect(numbers(await list('text=O&accountId=' + ids.east))).toEqual(west);
    expect(numbers(await list('text=no such thing'))).toEqual([]);
  });

  it('gives pages that no write moves: new orders and changed ones neither repeat nor hide another', async () => {
    const before = numbersOf(() => true);
    const first = await list('limit=5');
    const added = aDecision({ placedAt: days(30) });
    const moved = changes.filter(({ state }) => state === 'rejected').map((change) => ({ ...change, state: 'sent' as const, revision: 9 }));
    await say(api.bus, [added], moved);
    await waitUntil(async () => (await list(`text=${added.orderNumber}`)).items.length === 1 && (await list('states=failed')).items.length === 0);
    const rest = await list(`limit=200&cursor=${first.next}`);
    expect([...numbers(first), ...numbers(rest)]).toEqual(before);
  });

  it('refuses a cursor of another list', async () => {
    const { next } = await list('limit=1');
    expect((await api.call('GET', `/api/v1/orders?text=1&cursor=${next}`, { token })).status).toBe(422);
  });
});

describe('the totals', () => {
  it('add up to the orders seen and to the pushes of each account', async () => {
    const { body } = await api.call<{ seen: number; states: Record<string, number>; pushes: number; accounts: Array<{ accountId: string; pushes: number; states: object }> }>('GET', '/api/v1/order-totals', { token });
    expect(body.seen).toBe(21);
    expect(Object.values(body.states).reduce((sum, n) => sum + n, 0)).toBe(body.seen);
    expect(body.accounts).toEqual([
      { accountId: ids.east, provider: 'acme-press', pushes: 10, states: { sent: 10 } }, { accountId: ids.west, provider: 'other-press', pushes: 5, states: { sent: 5 } },
    ]);
  });
});

describe('one order', () => {
  it('shows each account with its attempts, masked by the connector, or that push-dispatch does not answer', async () => {
    const order = decisions[3]!;
    const push = changes.find(({ orderId, accountId }) => orderId === order.orderId && accountId === ids.east)!;
    api.dispatch.add(aDeadPush({ pushId: push.pushId!, orderId: order.orderId }));
    const { body } = await api.call<Order>('GET', `/api/v1/orders/${order.orderId}`, { token });
    const history = (pushId: string | null) => body.accounts.find((account) => account.pushId === pushId)?.history;
    expect(history(push.pushId)).toMatchObject({ attempts: [{ attempt: 8, code: 'attempts_exhausted', exchanges: [{ status: 503 }] }], commands: [] });
    expect(history(changes.find(({ orderId, accountId }) => orderId === order.orderId && accountId === ids.west)!.pushId)).toEqual({ attempts: null, commands: null });
  });

  it('has a timeline of decisions and changes in order of time, in pages', async () => {
    const order = aWaitingDecision({ placedAt: days(31) });
    const later = { ...aDecision(), orderId: order.orderId, orderNumber: order.orderNumber, version: 2, decidedAt: '2026-05-04T09:00:00.000Z' };
    const push = aChange(order, { at: '2026-05-04T09:00:01.000Z' });
    await say(api.bus, [later, order], [{ ...push, state: 'sent', revision: 2, at: '2026-05-04T09:00:02.000Z' }, push]);
    const path = `/api/v1/orders/${order.orderId}/timeline`;
    const entries = await waitUntil(async () => {
      const { status, body } = await api.call<{ items: Array<{ kind: string; state?: string; result?: string }> }>('GET', path, { token });
      return status === 200 && body.items.length === 4 && body.items;
    });
    expect(entries.map(({ kind, state, result }) => `${kind} ${state ?? result}`)).toEqual(['decision waiting', 'decision eligible', 'push queued', 'push sent']);
    const { body: page } = await api.call<{ items: object[]; next: string }>('GET', `${path}?limit=3`, { token });
    expect((await api.call<{ items: object[] }>('GET', `${path}?cursor=${page.next}`, { token })).body.items).toEqual(entries.slice(3));
  });

  it('of another subscriber is not there', async () => {
    for (const path of ['', '/timeline']) expect((await api.call('GET', `/api/v1/orders/${foreign.orderId}${path}`, { token })).status).toBe(404);
    expect((await api.call('POST', `/api/v1/orders/${foreign.orderId}/push`, { token })).status).toBe(404);
  });
});

describe('Push Order', () => {
  it('tries again what failed under one command, through the outbox, and leaves alone what was sent', async () => {
    const order = aDecision();
    const failed = aChange(order, { state: 'dead' });
    const sent = aChange(order, { accountId: ids.west, state: 'sent' });
    api.dispatch.add(aDeadPush({ pushId: failed.pushId!, orderId: order.orderId }));
    await say(api.bus, [order], [failed, sent]);
    await waitUntil(async () => (await list(`text=${order.orderNumber}`)).items[0]?.accounts.length === 2);
    const answer = await api.call('POST', `/api/v1/orders/${order.orderId}/push`, { token, body: { note: 'SKU was entered' } });
    expect(answer).toMatchObject({ status: 202, body: { retried: [{ pushId: failed.pushId }], unchanged: [{ pushId: sent.pushId }], handedOut: false } });
    const command = await waitUntil(() => api.dispatch.commands.find(({ commandId }) => commandId === answer.body['commandId']));
    expect(command).toMatchObject({ action: 'retry', pushIds: [failed.pushId], subscriberId: ids.subscriber, actor: 'kim@example.com', note: 'SKU was entered' });
    await waitUntil(async () => (await list(`text=${order.orderNumber}`)).items[0]?.state === 'sent', { what: 'the outcome to be shown' });
    expect(await api.request('audit.list', { action: 'orders.push' })).toMatchObject({ entries: [{ targetId: order.orderId, note: 'SKU was entered' }] });
    expect(await api.call('POST', `/api/v1/orders/${order.orderId}/push`, { token })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('nothing of order') } });
  });

  it('of an order that waits is answered with the named reasons, and commands nothing', async () => {
    const before = api.dispatch.commands.length;
    const answer = await api.call('POST', `/api/v1/orders/${decisions[0]!.orderId}/push`, { token });
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', errors: [
      { field: 'ORDER_NOT_PAID', message: 'The order is not paid.' }, { field: 'ITEM_PENDING_APPROVAL[2]', message: 'Waiting for approval of item 2.' },
    ] } });
    expect(api.dispatch.commands.length).toBe(before);
  });

  it('of an order that nobody got has it decided again, so that it is handed out', async () => {
    const order = decisions[1]!;
    expect(await api.call('POST', `/api/v1/orders/${order.orderId}/push`, { token })).toMatchObject({ status: 202, body: { commandId: null, retried: [], handedOut: true } });
    expect(asked).toEqual([{ subscriberId: ids.subscriber, orderId: order.orderId, fromDay: '1970-01-01' }]);
  });

  it('to an account that is not live on the site says so; once it is live, the order is handed to it', async () => {
    await api.offer(aManifest(), ids.subscriber);
    const { accountId } = await api.account();
    const siteId = await api.site();
    const order = aDecision({ siteId });
    await say(api.bus, [order], [aChange(order, { state: 'sent' })]);
    await waitUntil(async () => (await list(`text=${order.orderNumber}`)).items[0]?.state === 'sent');
    const push = () => api.call('POST', `/api/v1/orders/${order.orderId}/push`, { token, body: { accountIds: [accountId] } });
    expect(await push()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('not live on the site') } });
    await api.db.query('insert into activation (site_id, account_id, subscriber_id, enabled, live, settings, version) values ($1, $2, $3, true, true, $4, 5)', [siteId, accountId, ids.subscriber, {}]);
    expect(await push()).toMatchObject({ status: 202, body: { handedOut: true } });
    expect(asked.at(-1)?.orderId).toBe(order.orderId);
  });

  it('needs the role operator', async () => {
    expect((await api.call('POST', `/api/v1/orders/${newId()}/push`, { token: await tokenOf({ roles: ['viewer'] }) })).status).toBe(403);
  });
});
