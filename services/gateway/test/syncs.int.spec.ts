import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { consumers, eventTypes, subjects, validator, type RedecideRequest, type RegistryActivation } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { consumeBatches, decodeJson, serveRpc, type Consumption } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { firstDay } from '../src/domain/sync-run.ts';
import { ids } from './fixtures.ts';
import { aManifest, runApi, tokenOf, type RunningApi } from './running-api.ts';

interface Sync { syncId: string; kind: string; state: string; checked: number; eligible: number; waiting: number; sites: number; siteId: string | null }
interface Line { level: string; message: string; orderNumber: number | null }

let api: RunningApi;
let token: string;
let accountId: string;
let liveSite: string;
let otherLive: string;
let idleSite: string;

/** order-eligibility, as the gateway sees it: 250 orders of ten days, every fifth of which waits. */
const orders = Array.from({ length: 250 }, (_, n) => ({ orderId: `66666666-0000-7000-8000-${String(n).padStart(12, '0')}`, orderNumber: 100 + n, day: `2026-05-${String(10 + Math.floor(n / 25))}` }));
const asked: RedecideRequest[] = [];
let eligibility: { stop(): Promise<void> } | undefined;
let onPage: (request: RedecideRequest) => Promise<void> = async () => undefined;

function playEligibility(): void {
  eligibility = serveRpc(api.bus, subjects.rpcEligibilityRedecide, async (body) => {
    const checked = validator('redecide-request')(body);
    if (!checked.ok) return { error: checked.errors.join('; ') };
    asked.push(checked.value);
    await onPage(checked.value);
    const { after, limit = 100 } = checked.value;
    const start = after === undefined ? 0 : orders.findIndex(({ orderId }) => orderId === after.orderId) + 1;
    const page = orders.slice(start, start + limit);
    const last = page.at(-1);
    return {
      orders: page.map(({ orderId, orderNumber }) => {
        const waits = orderNumber % 5 === 0;
        return { orderId, orderNumber, siteId: liveSite, result: waits ? 'waiting' : 'eligible', final: orderNumber % 25 === 0, reasons: waits ? [{ code: 'ORDER_NOT_PAID', itemNumber: null, message: 'The order is not paid.' }] : [] };
      }),
      next: last === undefined || page.length < limit ? null : { day: last.day, orderId: last.orderId },
    };
  });
}

beforeAll(async () => {
  api = await runApi();
  token = await tokenOf({ roles: ['operator'] });
  await api.offer(aManifest(), ids.subscriber, ids.otherSubscriber);
  ({ accountId } = await api.account());
  [liveSite, otherLive, idleSite] = [await api.site(), await api.site(), await api.site()];
  for (const [siteId, live] of [[liveSite, true], [otherLive, true], [idleSite, false]] as const) {
    await api.db.query('insert into activation (site_id, account_id, subscriber_id, enabled, live, settings, version) values ($1, $2, $3, true, $4, $5, 5)', [siteId, accountId, ids.subscriber, live, {}]);
  }
  playEligibility();
});
afterEach(() => { onPage = async () => undefined; });
afterAll(() => api.close());

const start = (body: object) => api.call<{ items: Sync[] }>('POST', '/api/v1/syncs', { token, body });
const show = async (syncId: string): Promise<Sync> => (await api.call<Sync>('GET', `/api/v1/syncs/${syncId}`, { token })).body;
const finished = (syncId: string): Promise<Sync> => waitUntil(async () => { const sync = await show(syncId); return sync.state === 'finished' && sync; }, { timeoutMs: 20_000, what: 'the sync to finish' });

async function lines(syncId: string): Promise<Line[]> {
  const all: Line[] = [];
  for (let cursor = ''; ;) {
    const { body } = await api.call<{ items: Line[]; next: string | null }>('GET', `/api/v1/syncs/${syncId}/lines?limit=20${cursor}`, { token });
    all.push(...body.items);
    if (body.next === null) return all;
    cursor = `&cursor=${body.next}`;
  }
}

describe('a sync of orders', () => {
  it('goes over the last 30 days of a site in the background, and its log has every order that waits with its reasons', async () => {
    const answer = await start({ kinds: ['orders'], siteId: liveSite });
    expect(answer).toMatchObject({ status: 202, body: { items: [{ state: 'queued', kind: 'orders', siteId: liveSite, sites: 1, checked: 0 }] } });
    const { syncId } = answer.body.items[0]!;
    expect(await finished(syncId)).toMatchObject({ checked: 250, eligible: 200, waiting: 50, failure: null });
    expect(asked.map(({ after }) => after?.orderId)).toEqual([undefined, orders[99]!.orderId, orders[199]!.orderId]);
    expect(asked[0]).toEqual({ subscriberId: ids.subscriber, siteIds: [liveSite], fromDay: firstDay(Date.now()), limit: 100 });
    const log = await lines(syncId);
    expect(log).toHaveLength(52);
    expect(log[0]?.message).toBe('Queued by kim@example.com for one site.');
    expect(log.filter(({ level }) => level === 'waiting').map(({ orderNumber }) => orderNumber)).toEqual(orders.map(({ orderNumber }) => orderNumber).filter((number) => number % 5 === 0));
    expect(log[2]?.message).toBe('Order 105 waits: The order is not paid.');
    expect(log[1]?.message).toBe('Order 100 is not pushed: The order is not paid.');
    expect(log.at(-1)?.message).toBe('Done: 250 orders checked, 200 are ready and were handed to their accounts, 50 are not.');
  });

  it('that is global goes over every site that is enabled and live', async () => {
    asked.length = 0;
    const { body: { items: [sync] } } = await start({ kinds: ['orders'] });
    expect(sync).toMatchObject({ siteId: null, sites: 2 });
    await finished(sync!.syncId);
    expect(asked[0]?.siteIds).toEqual([liveSite, otherLive].toSorted());
  });

  it('asked for twice is one job, also by many at once; after it ended it is another one', async () => {
    const gate = Promise.withResolvers<void>();
    onPage = () => gate.promise;
    const answers = await Promise.all(Array.from({ length: 8 }, () => start({ kinds: ['orders'], siteId: otherLive })));
    expect(new Set(answers.map(({ body }) => body.items[0]?.syncId)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    const other = await start({ kinds: ['orders'], siteId: liveSite });
    expect(other.status).toBe(202);
    gate.resolve();
    const { syncId } = answers[0]!.body.items[0]!;
    await finished(syncId);
    await finished(other.body.items[0]!.syncId);
    const again = await start({ kinds: ['orders'], siteId: otherLive });
    expect(again.body.items[0]?.syncId).not.toBe(syncId);
    await finished(again.body.items[0]!.syncId);
    const { body } = await api.call<{ items: Sync[] }>('GET', `/api/v1/syncs?siteId=${otherLive}`, { token });
    expect(body.items.map((sync) => sync.syncId)).toEqual([again.body.items[0]!.syncId, syncId]);
  });

  it('waits for order-eligibility when it is silent, says so once, and goes on from the last page', async () => {
    await eligibility?.stop();
    asked.length = 0;
    const { body: { items: [sync] } } = await start({ kinds: ['orders'], siteId: liveSite });
    await waitUntil(async () => (await lines(sync!.syncId)).some(({ level }) => level === 'warning'));
    expect((await show(sync!.syncId)).state).toBe('running');
    playEligibility();
    expect(await finished(sync!.syncId)).toMatchObject({ checked: 250 });
    expect((await lines(sync!.syncId)).filter(({ level }) => level === 'warning')).toHaveLength(1);
  });

  it('is taken up by another worker from its last page when its process died', async () => {
    asked.length = 0;
    const syncId = newId();
    await api.db.query(`insert into sync_run (sync_id, subscriber_id, site_id, kind, state, actor, site_ids, place, checked, eligible, waiting, lease_owner, lease_until)
      values ($1, $2, $3, 'orders', 'running', 'kim', $4, $5, 200, 160, 40, $6, now() + interval '700 milliseconds')`, [syncId, ids.subscriber, liveSite, [liveSite], JSON.stringify({ day: orders[199]!.day, orderId: orders[199]!.orderId }), newId()]);
    expect(await finished(syncId)).toMatchObject({ checked: 250, eligible: 200, waiting: 50 });
    expect(asked).toHaveLength(1);
  });

  it('begins when push-dispatch has read the settings that were made before', async () => {
    asked.length = 0;
    const message = { subject: subjects.registryActivation(ids.subscriber, liveSite, accountId), type: eventTypes.registryActivation };
    const gate = Promise.withResolvers<void>();
    let reader: Consumption | undefined;
    try {
      reader = consumeBatches<RegistryActivation>(api.bus, {
        consumer: consumers.dispatchRegistry, decode: decodeJson(validator('registry-activation')), isDataError: () => false, maxBatch: 10, maxWaitMs: 1, maxFlushes: 1,
        handle: () => gate.promise,
      });
      await api.db.query('insert into outbox (id, subject, type, source, data) values ($1, $2, $3, $4, $5)', [newId(), message.subject, message.type, 'gateway', JSON.stringify({ subscriberId: ids.subscriber, siteId: liveSite, accountId, enabled: true, live: true, settings: {}, version: 6 })]);
      const { body: { items: [sync] } } = await start({ kinds: ['orders'], siteId: liveSite });
      await waitUntil(async () => (await show(sync!.syncId)).state === 'running');
      expect(asked).toEqual([]);
      gate.resolve();
      await finished(sync!.syncId);
    } finally {
      gate.resolve();
      await reader?.stop();
    }
  });
});

describe('a sync', () => {
  it.each([['order-status', 'status-polling'], ['products', 'catalog-sync'], ['categories', 'catalog-sync']])('of %s is refused with the service that it needs, and starts nothing', async (kind, service) => {
    const before = await api.call<{ items: Sync[] }>('GET', '/api/v1/syncs?limit=200', { token });
    const answer = await start({ kinds: ['orders', kind], siteId: liveSite });
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(`${kind} needs the service ${service}`) } });
    expect((await api.call<{ items: Sync[] }>('GET', '/api/v1/syncs?limit=200', { token })).body).toEqual(before.body);
  });

  it('of a site that is not live, or of somebody else, is refused', async () => {
    expect(await start({ kinds: ['orders'], siteId: idleSite })).toMatchObject({ status: 409, body: { detail: expect.stringContaining('IsLive') } });
    expect((await start({ kinds: ['orders'], siteId: newId() })).status).toBe(404);
    const theirs = await tokenOf({ subscriberId: ids.otherSubscriber });
    expect((await api.call('POST', '/api/v1/syncs', { token: theirs, body: { kinds: ['orders'], siteId: liveSite } })).status).toBe(404);
    const { body: { items: [sync] } } = await api.call<{ items: Sync[] }>('GET', '/api/v1/syncs?limit=1', { token });
    for (const path of ['', '/lines']) expect((await api.call('GET', `/api/v1/syncs/${sync!.syncId}${path}`, { token: theirs })).status).toBe(404);
    expect((await api.call<{ items: Sync[] }>('GET', '/api/v1/syncs', { token: theirs })).body.items).toEqual([]);
  });
});
