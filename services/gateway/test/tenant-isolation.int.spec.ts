import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publish } from '@pes/messaging';
import { newId } from '@pes/kernel';
import { waitUntil } from '@pes/testkit';
import { routes } from '../src/http/routes.ts';
import type { Route } from '../src/http/route.ts';
import { aDeadLetter, aDeadPush, anOrderEvent, deadLetterMessage, ids } from './fixtures.ts';
import { aChange, aDecision, say } from './read-model-fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
/** What subscriber A has, by the name of the path parameter. */
const owned: Record<string, string> = { provider: 'acme-press', subscriberId: ids.subscriber, token: 'A'.repeat(32) };
const uuid = /^[0-9a-f-]{36}$/;
/** Words that occur only in what belongs to A. */
const marks = ['mark-of-a', ids.subscriber];

beforeAll(async () => {
  api = await runApi();
  await api.offer(aManifest(), ids.subscriber, ids.otherSubscriber);
  const admin = await tokenOf();
  owned['accountId'] = (await api.account({ name: 'mark-of-a', settings: { factory: 'mark-of-a', defaultCarrier: 'mark-of-a' } })).accountId;
  owned['siteId'] = await api.site();
  owned['entityId'] = newId();
  for (const plural of ['products', 'categories', 'users']) {
    await api.call('PUT', `/api/v1/accounts/${owned['accountId']}/${plural}/${owned['entityId']}`, { token: admin, body: { externalId: 'mark-of-a' } });
  }
  await api.call('PUT', `/api/v1/sites/${owned['siteId']}/activations/${owned['accountId']}`, { token: admin, body: { enabled: true, live: false } });
  await api.die(...Array.from({ length: 3 }, () => aDeadPush({ message: 'mark-of-a' })));
  await publish(api.bus, deadLetterMessage(aDeadLetter({ order: { ...anOrderEvent().order, currency: 5 } })));
  owned['letterId'] = await waitUntil(async () => (await api.db.query<{ id: string }>(`select id from dead_letter where kind = 'message'`)).rows[0]?.id);
  const order = aDecision();
  const push = aChange(order, { state: 'dead', message: 'mark-of-a', reference: 'mark-of-a' });
  owned['orderId'] = order.orderId;
  owned['pushId'] = push.pushId!;
  await say(api.bus, [order], [push]);
  await waitUntil(async () => (await api.db.query(`select from read_order where placed_known and state = 'failed'`)).rowCount === 1);
  owned['syncId'] = newId();
  await api.db.query(`insert into sync_run (sync_id, subscriber_id, kind, state, actor, site_ids, finished_at) values ($1, $2, 'orders', 'finished', 'mark-of-a', '{}', now())`, [owned['syncId'], ids.subscriber]);
  await api.db.query(`insert into sync_line (sync_id, level, message) values ($1, 'info', 'mark-of-a')`, [owned['syncId']]);
  const replay = await api.call<{ replay: { id: string } }>('POST', '/api/v1/replays', { token: admin, body: { filter: { kind: 'push' }, velocityPerSecond: 1, maxErrorPercent: 100, note: 'mark-of-a' } });
  owned['replayId'] = replay.body.replay.id;
  // Its own work must not be taken for a change by somebody else.
  await api.call('POST', `/api/v1/replays/${owned['replayId']}/pause`, { token: admin });
});
afterAll(() => api.close());

function pathOf(route: Route, changes: Record<string, string> = {}): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const value = changes[name] ?? owned[name];
    if (value === undefined) throw new Error(`${route.operationId} has a parameter that this walk does not know: give A one in beforeAll, as owned['${name}']`);
    return value;
  });
}

/** A body that would be valid for the owner. */
const bodies: Readonly<Record<string, unknown>> = {
  createAccount: { provider: 'acme-press', name: 'x', referencePrefix: 'ZZ-', credentials: { apiKey: 'a', apiSecret: 'b' } }, changeAccount: { name: 'stolen' },
  checkNewAccount: { provider: 'acme-press', credentials: { apiKey: 'a', apiSecret: 'b' } }, saveSite: { name: 'stolen' }, switchActivation: { enabled: true, live: false },
  saveProductSettings: { externalId: 'stolen' }, saveCategorySettings: { externalId: 'stolen' }, saveUserSettings: { externalId: 'stolen' }, republishDeadLetter: { preview: true },
  retryPushes: { filter: {}, dryRun: true }, dismissPush: { note: 'stolen' }, startSyncs: { kinds: ['orders'] },
};
const listed = new Set(['createAccount', 'checkNewAccount', 'startSyncs']);

function bodyOf(route: Route): { body?: unknown; raw?: string; headers: Record<string, string> } {
  const headers: Record<string, string> = route.ifMatch !== 'required' ? {} : { 'if-match': '"1764000000"' };
  if (route.body?.kind === 'stream') return { raw: `entityId,externalId\n${owned['entityId']},stolen\n`, headers: { ...headers, 'content-type': 'text/csv' } };
  if (route.body?.kind !== 'json') return { headers };
  if (route.operationId === 'discardDeadLetters') return { body: { ids: [owned['letterId']], note: 'stolen' }, headers };
  if (['dryRunReplay', 'startReplay'].includes(route.operationId)) return { body: { filter: { subscriberId: ids.subscriber } }, headers };
  return { body: bodies[route.operationId] ?? {}, headers };
}

const secured = routes.filter(({ tenancy }) => tenancy !== 'everybody');
const rowsOf = async (): Promise<unknown> => {
  const tables = ['account', 'site', 'activation', 'entity_setting', 'dead_letter', 'replay_job', 'entitlement', 'read_order', 'read_push', 'read_timeline', 'sync_run'];
  return Promise.all(tables.map(async (table) => (await api.db.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) as row from ${table} t where subscriber_id = $1 order by 1`, [ids.subscriber])).rows.map(({ row }) =>
    ({ ...row, lease_owner: null, lease_until: null, state: table === 'replay_job' ? null : row['state'], state_at: null, finished_at: null }))));
};

describe('with the token of another subscriber', () => {
  it.each(secured.map((route) => [route.operationId, route] as const))('%s gives nothing of the owner and changes nothing', async (_name, route) => {
    const token = await tokenOf({ subscriberId: ids.otherSubscriber, roles: ['admin'] });
    const before = await rowsOf();
    const answer = await api.call(route.method.toUpperCase(), pathOf(route), { token, ...bodyOf(route) });
    const hasForeignId = [...route.path.matchAll(/\{(\w+)\}/g)].some(([, name]) => uuid.test(owned[name!]!)) && route.operationId !== 'saveSite' || ['discardDeadLetters', 'dryRunReplay', 'startReplay'].includes(route.operationId);
    if (hasForeignId || route.tenancy === 'platform' || route.operationId === 'saveSite') expect([403, 404]).toContain(answer.status);
    else if (!listed.has(route.operationId)) expect(answer.status).toBe(200);
    for (const mark of marks) expect(answer.text).not.toContain(mark);
    expect(await rowsOf()).toEqual(before);
  });

  it.each(secured.filter(({ path, tenancy }) => path.includes('{') && tenancy !== 'platform').map((route) => [route.operationId, route] as const))(
    '%s answers an id of somebody else and an id of nobody with the same words', async (_name, route) => {
      const token = await tokenOf({ subscriberId: ids.otherSubscriber, roles: ['admin'] });
      const nobodys = Object.fromEntries(Object.entries(owned).filter(([, value]) => uuid.test(value)).map(([name]) => [name, newId()]));
      const ask = async (changes: Record<string, string>) => {
        const { status, text } = await api.call(route.method.toUpperCase(), pathOf(route, changes), { token, ...bodyOf(route) });
        return { status, text: text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\d{10,}|\d{4}-[\d\-T:.Z]+/g, '*') };
      };
      if (route.operationId === 'saveSite') return;
      expect(await ask({})).toEqual(await ask(nobodys));
    },
  );

  it('sees none of it in lists, and all of it is there for the owner and for the platform', async () => {
    const mine = await tokenOf();
    const theirs = await tokenOf({ subscriberId: newId() });
    const size = async (path: string, token: string) => (await api.call<{ items: object[] }>('GET', path, { token })).body.items.length;
    for (const path of ['/api/v1/accounts', '/api/v1/sites', '/api/v1/dead-letters', '/api/v1/replays', '/api/v1/orders', '/api/v1/pushes', '/api/v1/syncs', '/api/v1/orders?text=mark-of-a', '/api/v1/pushes?text=mark-of-a']) {
      expect([path, await size(path, mine) > 0, await size(path, theirs)]).toEqual([path, true, 0]);
    }
    for (const path of ['/api/v1/dead-letters', '/api/v1/replays', '/api/v1/audit', '/api/v1/entitlements']) expect(await size(path, await sreToken())).toBeGreaterThan(0);
    const audit = await api.call<{ items: Array<{ subscriberId: string }> }>('GET', '/api/v1/audit', { token: await tokenOf({ subscriberId: ids.otherSubscriber }) });
    expect(new Set(audit.body.items.map(({ subscriberId }) => subscriberId))).toEqual(new Set([ids.otherSubscriber]));
    expect((await api.call('GET', `/api/v1/dead-letters?subscriberId=${ids.subscriber}`, { token: theirs })).status).toBe(403);
  });

  it('and a token of the platform without a subscriber reaches no subscriber\'s settings', async () => {
    const token = await sreToken();
    for (const route of routes.filter(({ tenancy }) => tenancy === 'subscriber')) {
      expect([route.operationId, (await api.call(route.method.toUpperCase(), pathOf(route), { token, ...bodyOf(route) })).status]).toEqual([route.operationId, 403]);
    }
  });
});

describe('roles', () => {
  it.each(secured.map((route) => [route.operationId, route] as const))('%s is refused with 403 to every role that is not listed', async (_name, route) => {
    for (const role of (['viewer', 'operator', 'admin', 'sre'] as const).filter((candidate) => !route.roles.includes(candidate))) {
      expect((await api.call(route.method.toUpperCase(), pathOf(route), { token: await tokenOf({ roles: [role] }), ...bodyOf(route) })).status).toBe(403);
    }
    expect((await api.call(route.method.toUpperCase(), pathOf(route), bodyOf(route))).status).toBe(401);
  });
});
