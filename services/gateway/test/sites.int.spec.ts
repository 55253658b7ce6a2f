import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, validator, type AccessCheckReply, type AccessCheckRequest } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { playProvider, type PlayedProvider } from './played-provider.ts';
import { aManifest, masterKeys, runApi, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
let provider: PlayedProvider;
let admin: string;
let access: (request: AccessCheckRequest) => AccessCheckReply = () => ({ ok: true, message: 'ops@example.com may see the site.' });
const carriers = { Ground: 'van-7' };

beforeAll(async () => {
  api = await runApi();
  provider = playProvider(api.bus, masterKeys);
  serveRpc(api.bus, subjects.rpcPresseroCheckAccess, async (request) => access(request as AccessCheckRequest));
  await api.offer(aManifest(), ids.subscriber, ids.otherSubscriber);
  admin = await tokenOf();
});
afterAll(async () => {
  await provider.stop();
  await api.close();
});

interface Shown { enabled: boolean; live: boolean; version: number }

function put(siteId: string, accountId: string, body: object, headers: Record<string, string> = {}) {
  return api.call<Shown & Record<string, unknown>>('PUT', `/api/v1/sites/${siteId}/activations/${accountId}`, { token: admin, body, headers });
}

async function mapOneProduct(accountId: string): Promise<void> {
  await api.call('PUT', `/api/v1/accounts/${accountId}/products/${newId()}`, { token: admin, body: { externalId: 'A-1' } });
}

describe('a site', () => {
  it('is registered, changed and announced with its policy', async () => {
    const siteId = await api.site();
    const changed = await api.call<{ version: number }>('PUT', `/api/v1/sites/${siteId}`, { token: admin, body: { name: 'Bar', invalidItemPolicy: 'skip-item' } });
    expect(changed.status).toBe(200);
    await waitUntil(async () => {
      const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registrySite(ids.subscriber, siteId) });
      const event = message?.json<{ version: number }>();
      return event?.version === changed.body.version && validator('registry-site')(event).ok;
    });
    expect((await api.call('PUT', `/api/v1/sites/${siteId}`, { token: await tokenOf({ subscriberId: ids.otherSubscriber }), body: { name: 'Mine' } })).status).toBe(404);
    expect((await api.call('GET', `/api/v1/sites/${siteId}`, { token: admin })).body).toMatchObject({ name: 'Bar', invalidItemPolicy: 'skip-item' });
  });
});

describe('an account on a site', () => {
  it('goes live only when it is enabled, and with settings of the form of its provider', async () => {
    const [siteId, { accountId }] = [await api.site(), await api.account()];
    expect(await put(siteId, accountId, { enabled: false, live: true })).toMatchObject({ status: 422, body: { errors: [{ field: 'body.live', message: 'needs enabled: true as well' }] } });
    expect(await put(siteId, accountId, { enabled: true, live: false, settings: { customerId: 'seven', hall: 2 } })).toMatchObject({
      status: 422, body: { errors: expect.arrayContaining([expect.objectContaining({ field: 'body.settings.customerId' }), expect.objectContaining({ field: 'body.settings.hall' })]) },
    });
    expect((await put(siteId, accountId, { enabled: true, live: false })).status).toBe(201);
  });

  it('is switched on, live and off again, announced each time, and keeps its settings', async () => {
    const [siteId, { accountId }] = [await api.site(), await api.account()];
    await mapOneProduct(accountId);
    let version = (await put(siteId, accountId, { enabled: true, live: true, settings: { carriers } })).body.version;
    for (const state of [{ enabled: true, live: false }, { enabled: false, live: false }, { enabled: true, live: true }]) {
      const answer = await put(siteId, accountId, { ...state, settings: { carriers } }, { 'if-match': `"${version}"` });
      expect(answer).toMatchObject({ status: 200, body: { ...state, settings: { carriers } } });
      version = answer.body.version;
      await waitUntil(async () => {
        const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryActivation(ids.subscriber, siteId, accountId) });
        const event = message?.json<Shown>();
        return event?.version === version && event.live === state.live && event.enabled === state.enabled;
      });
    }
    expect(await put(siteId, accountId, { enabled: false, live: false })).toMatchObject({ status: 428 });
    expect(await put(siteId, accountId, { enabled: false, live: false }, { 'if-match': '"7"' })).toMatchObject({ status: 412 });
    expect(await api.request('audit.list', { targetId: `${siteId}/${accountId}` })).toMatchObject({ entries: [{}, {}, {}, { action: 'activations.switch', detail: { enabled: true, live: true, was: null } }] });
  });

  it('is refused on a site or for an account of somebody else', async () => {
    const [mine, theirs] = [await api.site(), await api.site(ids.otherSubscriber)];
    const foreign = await api.account({}, ids.otherSubscriber);
    expect((await put(theirs, (await api.account()).accountId, { enabled: true, live: false })).status).toBe(404);
    expect((await put(mine, foreign.accountId, { enabled: true, live: false })).status).toBe(404);
  });
});

describe('the checklist before IsLive', () => {
  interface Checklist { ready: boolean; items: Array<{ check: string; result: string; message: string }> }

  it('names everything that is to be fixed, and keeps the site from going live', async () => {
    const [siteId, { accountId }] = [await api.site(), await api.account({ settings: {}, adminUser: null })];
    provider.check = () => ({ ok: false, code: 'auth', field: 'apiKey', message: 'not known at Acme' });
    const list = await api.call<Checklist>('POST', `/api/v1/sites/${siteId}/activations/${accountId}/preflight`, { token: await tokenOf({ roles: ['operator'] }) });
    expect(list.body.ready).toBe(false);
    expect(list.body.items.filter(({ result }) => result === 'fix').map(({ check, message }) => `${check}: ${message}`)).toEqual([
      'shipping-methods: No shipping method has a Acme carrier. Open the site, Embedded Services tab.', 'products: No product has a Acme SKU. Open the product, Embedded Services tab.',
      'credentials: apiKey: not known at Acme', expect.stringContaining('admin-user: The account has no Pressero admin user'),
    ]);
    const refused = await put(siteId, accountId, { enabled: true, live: true });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict', errors: expect.arrayContaining([{ field: 'credentials', message: 'apiKey: not known at Acme' }]) } });
    provider.check = () => ({ ok: true, message: 'Acme Press lets us in.' });
  });

  it('tells a Pressero user without rights from bad credentials', async () => {
    const [siteId, { accountId }] = [await api.site(), await api.account()];
    await mapOneProduct(accountId);
    const asked: AccessCheckRequest[] = [];
    access = (request) => {
      asked.push(request);
      return { ok: false, message: 'ops@example.com has no access to site Brochure Bar.' };
    };
    expect(await put(siteId, accountId, { enabled: true, live: true })).toMatchObject({ status: 409, body: { errors: [{ field: 'admin-user', message: 'ops@example.com has no access to site Brochure Bar.' }] } });
    expect(asked).toEqual([{ subscriberId: ids.subscriber, siteId, adminUser: 'ops@example.com' }]);
    access = () => ({ ok: true, message: 'ops@example.com may see the site.' });
    expect((await put(siteId, accountId, { enabled: true, live: true })).status).toBe(201);
  });

  it('goes live with what could not be checked only when that is accepted', async () => {
    const [siteId, { accountId }] = [await api.site(), await api.account()];
    await mapOneProduct(accountId);
    await provider.stop();
    expect(await put(siteId, accountId, { enabled: true, live: true })).toMatchObject({ status: 409, body: { code: 'confirm_required', errors: [{ field: 'credentials', message: expect.stringContaining('does not answer') }] } });
    expect((await put(siteId, accountId, { enabled: true, live: true, acceptUnknown: true })).status).toBe(201);
  });
});
