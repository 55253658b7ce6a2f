import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PushChange } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { aDeadPush, ids } from './fixtures.ts';
import { aChange, aDecision, say } from './read-model-fixtures.ts';
import { runApi, tokenOf, type RunningApi } from './running-api.ts';

interface Page { items: Array<{ pushId: string; state: string }>; next: string | null }

let api: RunningApi;
let token: string;
const states = ['sent', 'dead', 'rejected', 'queued', 'needs-person', 'waiting-mapping'] as const;
const changes: PushChange[] = [];
const decisions = Array.from({ length: 24 }, (_, n) => aDecision({ placedAt: new Date(Date.parse('2026-05-01T00:00:00.000Z') + n * 3_600_000).toISOString(), siteId: n % 2 === 0 ? ids.site : ids.otherSite }));
decisions.forEach((order, n) => {
  changes.push(aChange(order, { state: states[n % 6]!, code: n % 6 === 2 ? 'bad_address' : null, at: new Date(Date.parse('2026-05-10T00:00:00.000Z') + n * 60_000).toISOString() }));
  if (n % 8 === 0) changes.push(aChange(order, { state: 'dead', accountId: ids.west, provider: 'other-press', reference: `OW-${order.orderNumber}` }));
});
const foreignOrder = aDecision({ subscriberId: ids.otherSubscriber });
const foreign = aChange(foreignOrder, { state: 'dead' });

beforeAll(async () => {
  api = await runApi();
  token = await tokenOf({ roles: ['operator'] });
  for (const change of changes) api.dispatch.add(aDeadPush({ pushId: change.pushId!, orderId: change.orderId, accountId: change.accountId!, orderNumber: change.orderNumber }));
  await say(api.bus, decisions, changes);
  await say(api.bus, [foreignOrder], [foreign], ids.otherSubscriber);
  await waitUntil(async () => {
    const { rows: [n] } = await api.db.query<{ known: number; pushes: number }>('select (select count(*) from read_order where placed_known) as known, (select count(*) from read_push) as pushes');
    return n?.known === 25 && n.pushes === changes.length + 1;
  }, { what: 'the read model' });
});
afterAll(() => api.close());

const list = async (query: string): Promise<Page> => (await api.call<Page>('GET', `/api/v1/pushes?${query}`, { token })).body;
const idsOf = (page: Page): string[] => page.items.map(({ pushId }) => pushId);
const expected = (chosen: (change: PushChange) => boolean): Set<string> => new Set(changes.filter(chosen).map(({ pushId }) => pushId!));
const failed = ['rejected', 'dead', 'needs-person', 'waiting-mapping'];

describe('the push list', () => {
  it.each<[string, string, (change: PushChange) => boolean]>([
    ['nothing', '', () => true],
    ['states', 'states=dead&states=rejected', ({ state }) => state === 'dead' || state === 'rejected'],
    ['an account', `accountId=${ids.west}`, ({ accountId }) => accountId === ids.west],
    ['a provider', 'provider=acme-press', ({ provider }) => provider === 'acme-press'],
    ['a site', `siteId=${ids.site}`, ({ siteId }) => siteId === ids.site],
    ['a code', 'code=bad_address', ({ code }) => code === 'bad_address'],
    ['a window of the last change', 'from=2026-05-10T00:05:00Z&to=2026-05-10T00:10:00Z', ({ at }) => at >= '2026-05-10T00:05' && at < '2026-05-10T00:10'],
    ['a reference', 'text=ow-', ({ accountId }) => accountId === ids.west],
    ['a reference and a state that it has not', 'text=ow-&states=sent', () => false],
  ])('filters by %s, and its pages of two are the same, in the same order', async (_name, query, chosen) => {
    const all = await list(`${query}&limit=200`);
    expect(new Set(idsOf(all))).toEqual(expected(chosen));
    const seen: string[] = [];
    for (let cursor = ''; seen.length < 100;) {
      const page = await list(`${query}&limit=2${cursor}`);
      seen.push(...idsOf(page));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen).toEqual(idsOf(all));
  });

  it('shows one with its attempts, and none of another subscriber', async () => {
    const push = changes.find(({ state }) => state === 'dead')!;
    expect((await api.call('GET', `/api/v1/pushes/${push.pushId}`, { token })).body).toMatchObject({ pushId: push.pushId, reference: push.reference, history: { attempts: [{ kind: 'retry' }], commands: [] } });
    expect((await api.call('GET', `/api/v1/pushes/${foreign.pushId}`, { token })).status).toBe(404);
  });
});

describe('commands', () => {
  const post = (change: PushChange, verb: string, body?: object) => api.call('POST', `/api/v1/pushes/${change.pushId}/${verb}`, { token, ...(body !== undefined && { body }) });
  const commandOf = (commandId: unknown) => waitUntil(() => api.dispatch.commands.find((command) => command.commandId === commandId));

  it('retry one, and its new state shows', async () => {
    const push = changes.find(({ state, accountId }) => state === 'dead' && accountId === ids.east)!;
    const answer = await post(push, 'retry', { note: 'The press is back' });
    expect(answer.status).toBe(202);
    expect(await commandOf(answer.body['commandId'])).toMatchObject({ action: 'retry', pushIds: [push.pushId], actor: 'kim@example.com', note: 'The press is back' });
    await waitUntil(async () => (await api.call('GET', `/api/v1/pushes/${push.pushId}`, { token })).body['state'] === 'sent', { what: 'the outcome' });
    expect(await api.request('audit.list', { action: 'pushes.retry', targetId: push.pushId })).toMatchObject({ entries: [{ detail: { was: 'dead' } }] });
    push.state = 'sent';
  });

  it('mark one as sent with its id at the provider, and dismiss one with a note', async () => {
    const [first, second] = changes.filter(({ state }) => state === 'rejected');
    const marked = await post(first!, 'mark-sent', { providerRef: 'AP-77' });
    expect(await commandOf(marked.body['commandId'])).toMatchObject({ action: 'mark-sent', providerRef: 'AP-77' });
    expect((await post(second!, 'dismiss', {})).status).toBe(422);
    const dismissed = await post(second!, 'dismiss', { note: 'Printed elsewhere' });
    expect(await commandOf(dismissed.body['commandId'])).toMatchObject({ action: 'dismiss', note: 'Printed elsewhere' });
  });

  it('that do nothing in the state of the push are refused, and risky ones want to be confirmed', async () => {
    const queued = changes.find(({ state }) => state === 'queued')!;
    expect(await post(queued, 'dismiss', { note: 'x' })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('the push is queued') } });
    const unclear = changes.find(({ state }) => state === 'needs-person')!;
    expect(await post(unclear, 'retry', { mode: 'resend' })).toMatchObject({ status: 409, body: { code: 'confirm_required' } });
    expect((await post(unclear, 'retry', { mode: 'resend', confirm: true })).status).toBe(202);
    expect((await post(foreign, 'retry')).status).toBe(404);
  });

  it('retry all that failed, with a count first that must still be right', async () => {
    await waitUntil(async () => (await list('states=rejected&limit=200')).items.length === 2);
    const retryAll = (body: object) => api.call<{ total: number; counts: Array<{ accountId: string; state: string; count: number }>; commandId: string }>('POST', '/api/v1/pushes/retry', { token, body });
    const left = (await list(`accountId=${ids.east}&limit=200`)).items.filter(({ state }) => failed.includes(state));
    const counted = await retryAll({ filter: { accountId: ids.east }, dryRun: true });
    expect(counted).toMatchObject({ status: 200, body: { total: left.length } });
    expect(counted.body.counts.every(({ accountId, state }) => accountId === ids.east && failed.includes(state))).toBe(true);
    expect(await retryAll({ filter: { accountId: ids.east } })).toMatchObject({ status: 409, body: { code: 'confirm_required', detail: expect.stringContaining(`expected: ${left.length}`) } });
    expect(await retryAll({ filter: { accountId: ids.east }, expected: left.length + 1 })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const before = api.dispatch.commands.length;
    const done = await retryAll({ filter: { accountId: ids.east }, expected: left.length });
    expect(done).toMatchObject({ status: 202, body: { count: left.length } });
    const command = await commandOf(done.body.commandId);
    expect(new Set(command.pushIds)).toEqual(new Set(left.map(({ pushId }) => pushId)));
    expect(api.dispatch.commands.length).toBe(before + 1);
    expect(await api.request('audit.list', { action: 'pushes.retry-all' })).toMatchObject({ entries: [{ detail: { filter: { accountId: ids.east }, count: left.length } }] });
    expect(await retryAll({ filter: { code: 'nothing' }, expected: 1 })).toMatchObject({ status: 409 });
  });

  it('repeat their answer under the same idempotency key, and command once', async () => {
    const push = changes.find(({ state, accountId }) => state === 'dead' && accountId === ids.west)!;
    const again = () => api.call('POST', `/api/v1/pushes/${push.pushId}/retry`, { token, headers: { 'idempotency-key': 'twice' } });
    const [first, second] = [await again(), await again()];
    expect(second.body).toEqual(first.body);
    await commandOf(first.body['commandId']);
    expect(api.dispatch.commands.filter(({ commandId }) => commandId === first.body['commandId'])).toHaveLength(1);
  });
});
