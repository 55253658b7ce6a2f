import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { subjects, validator, type AccountCommand, type RegistryAccount } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { serveRpc } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { ids } from './fixtures.ts';
import { playProvider, type PlayedProvider } from './played-provider.ts';
import { aManifest, masterKeys, runApi, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
let provider: PlayedProvider;
let admin: string;
/** Accounts that push-dispatch has pushes of. */
const pushed = new Set<string>();

beforeAll(async () => {
  api = await runApi();
  provider = playProvider(api.bus, masterKeys);
  serveRpc(api.bus, subjects.rpcDispatchPushes, async (query) => ({ pushes: pushed.has((query as { accountId: string }).accountId) ? [{ push_id: newId() }] : [] }));
  await api.offer(aManifest(), ids.subscriber, ids.otherSubscriber);
  admin = await tokenOf();
});
afterAll(async () => {
  await provider.stop();
  await api.close();
});

const valid = () => ({
  provider: 'acme-press', name: 'Acme', referencePrefix: `X${newId().slice(-8)}-`, settings: { factory: 'East' }, credentials: { apiKey: 'k', apiSecret: 's-1' },
});

/** The newest event of an account, once its version is out. */
async function published(accountId: string, version: number, subscriberId = ids.subscriber): Promise<RegistryAccount> {
  return waitUntil(async () => {
    const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryAccount(subscriberId, accountId) });
    const checked = message === null ? undefined : validator('registry-account')(message.json());
    return checked?.ok === true && checked.value.version === version && checked.value;
  }, { what: 'the event of the account' });
}

describe('a new account', () => {
  it('is stored without showing its credentials, and announced sealed for its connector', async () => {
    const { accountId, version } = await api.account({ credentials: { apiKey: 'the key', apiSecret: 'the-secret' } });
    const event = await published(accountId, version);
    expect(event).toMatchObject({ provider: 'acme-press', state: 'active', settings: { factory: 'East', defaultCarrier: 'van' } });
    expect(provider.open(event.sealedCredentials, event)).toEqual({ apiKey: 'the key', apiSecret: 'the-secret' });
    const shown = await api.call('GET', `/api/v1/accounts/${accountId}`, { token: admin });
    expect(shown.headers.get('etag')).toBe(`"${version}"`);
    expect(shown.text).not.toMatch(/the.secret|the key|sealed|credential/i);
    expect(await api.request('audit.list', { targetId: accountId })).toMatchObject({ entries: [{ action: 'accounts.create', actor: 'kim@example.com' }] });
  });

  it('shares the key of its rate with accounts of the same credentials, and with no others', async () => {
    const keyOf = async (credentials: object, subscriberId = ids.subscriber): Promise<string | undefined> => {
      const { accountId, version } = await api.account({ credentials }, subscriberId);
      return (await published(accountId, version, subscriberId)).credentialKey;
    };
    const first = await keyOf({ apiKey: 'a', apiSecret: 'b' });
    expect(await keyOf({ apiSecret: 'b', apiKey: 'a' }, ids.otherSubscriber)).toBe(first);
    expect(await keyOf({ apiKey: 'a', apiSecret: 'c' })).not.toBe(first);
  });

  it('is refused with every complaint of the form of its provider', async () => {
    const answer = await api.call('POST', '/api/v1/accounts', { token: admin, body: {
      ...valid(), referencePrefix: 'far-too-long-', settings: { plates: 12, colour: 'red', baseUrl: 'http://127.0.0.1/' }, credentials: { apiSecret: 'with space', password: 'x' },
    } });
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([{ field: 'body.referencePrefix', message: expect.stringContaining('Up to 12 letters') }]);
    const next = await api.call('POST', '/api/v1/accounts', { token: admin, body: {
      ...valid(), settings: { plates: 12, colour: 'red', baseUrl: 'http://127.0.0.1/' }, credentials: { apiSecret: 'with space', password: 'x' },
    } });
    expect(next.body['errors']).toEqual(expect.arrayContaining([
      { field: 'body.settings.plates', message: 'must be <= 9' },{ field: 'body.settings.colour', message: expect.stringContaining('is not known') },
      { field: 'body.settings.baseUrl', message: 'may not be called: 127.0.0.1 is not a public address' },
      { field: 'body.credentials.apiKey', message: expect.stringContaining('is missing') },
      { field: 'body.credentials', message: expect.stringMatching(/holds a field that is not known; known are apiKey, apiSecret/) },
    ]));
    expect(next.text).not.toMatch(/with space|password/);
  });

  it('needs an entitlement, a provider that is there, and a prefix that is free at the provider', async () => {
    expect(await api.call('POST', '/api/v1/accounts', { token: admin, body: { ...valid(), provider: 'nobody' } })).toMatchObject({ status: 403, body: { code: 'not_entitled' } });
    const body = valid();
    expect((await api.call('POST', '/api/v1/accounts', { token: admin, body })).status).toBe(201);
    expect(await api.call('POST', '/api/v1/accounts', { token: admin, body })).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('choose another referencePrefix') } });
    expect(await api.call('POST', '/api/v1/accounts', { token: await tokenOf({ roles: ['operator'] }), body })).toMatchObject({ status: 403 });
  });
});

describe('an idempotency key', () => {
  it('makes one account of many requests, and is refused for another body', async () => {
    const body = valid();
    const headers = { 'idempotency-key': newId() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.call('POST', '/api/v1/accounts', { token: admin, body, headers })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(answers.filter(({ status }) => status !== 409).length);
    const again = await api.call('POST', '/api/v1/accounts', { token: admin, body, headers });
    const made = answers.find(({ status }) => status === 201);
    expect(again).toMatchObject({ status: 201, text: made?.text });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('etag')).toBe(made?.headers.get('etag'));
    expect((await api.db.query('select from account where reference_prefix = $1', [body.referencePrefix])).rowCount).toBe(1);
    expect(await api.call('POST', '/api/v1/accounts', { token: admin, body: { ...body, name: 'Other' }, headers })).toMatchObject({ status: 422, body: { code: 'key_reused' } });
    const foreign = await api.call('POST', '/api/v1/accounts', { token: await tokenOf({ subscriberId: ids.otherSubscriber }), body: valid(), headers });
    expect(foreign.status).toBe(201);
  });

  it('stays free after a refusal', async () => {
    const headers = { 'idempotency-key': newId() };
    expect((await api.call('POST', '/api/v1/accounts', { token: admin, body: { ...valid(), provider: 'nobody' }, headers })).status).toBe(403);
    expect((await api.call('POST', '/api/v1/accounts', { token: admin, body: valid(), headers })).status).toBe(201);
  });
});

describe('a change', () => {
  it('needs the version that was read, and raises it', async () => {
    const { accountId, version } = await api.account();
    const change = (headers: Record<string, string>, body: object = { name: 'Acme West' }) => api.call<{ version: number; code?: string }>('PATCH', `/api/v1/accounts/${accountId}`, { token: admin, body, headers });
    expect(await change({})).toMatchObject({ status: 428, body: { code: 'version_required' } });
    expect(await change({ 'if-match': '"1"' })).toMatchObject({ status: 412, body: { code: 'version_mismatch' } });
    const changed = await change({ 'if-match': `"${version}"` }, { name: 'Acme West', credentials: { apiKey: 'new', apiSecret: 'new-secret' } });
    expect(changed).toMatchObject({ status: 200, body: { name: 'Acme West', settings: { factory: 'East' } } });
    expect(changed.body.version).toBeGreaterThan(version);
    const event = await published(accountId, changed.body.version);
    expect(provider.open(event.sealedCredentials, event)).toEqual({ apiKey: 'new', apiSecret: 'new-secret' });
    expect(await api.request('audit.list', { targetId: accountId, action: 'accounts.change' })).toMatchObject({ entries: [{ detail: { fields: ['name', 'credentials'] } }] });
  });

  it('of the prefix is refused once orders went out', async () => {
    const { accountId, version } = await api.account();
    const change = (prefix: string, at: number) => api.call<{ version: number }>('PATCH', `/api/v1/accounts/${accountId}`, { token: admin, body: { referencePrefix: prefix }, headers: { 'if-match': `"${at}"` } });
    const free = await change('NEW-', version);
    expect(free).toMatchObject({ status: 200, body: { referencePrefix: 'NEW-' } });
    pushed.add(accountId);
    expect(await change('NEWER-', free.body.version)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('referencePrefix cannot change') } });
  });

  it('by two at once is made by one of them', async () => {
    const { accountId, version } = await api.account();
    const answers = await Promise.all(['One', 'Two', 'Three'].map((name) => api.call('PATCH', `/api/v1/accounts/${accountId}`, { token: admin, body: { name }, headers: { 'if-match': `"${version}"` } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });
});

describe('a check', () => {
  beforeEach(() => { provider.check = () => ({ ok: true, message: 'Acme Press lets us in.' }); });

  it('asks the connector and keeps its answer', async () => {
    const { accountId } = await api.account();
    provider.check = () => ({ ok: false, code: 'auth', field: 'apiKey', message: 'Acme does not know this key.' });
    const checked = await api.call('POST', `/api/v1/accounts/${accountId}/check`, { token: await tokenOf({ roles: ['operator'] }) });
    expect(checked).toMatchObject({ status: 200, body: { ok: false, code: 'auth', field: 'apiKey' } });
    expect((await api.call('GET', `/api/v1/accounts/${accountId}`, { token: admin })).body).toMatchObject({ lastCheck: checked.body });
  });

  it('before the account is made uses what was entered and stores nothing', async () => {
    const before = (await api.db.query('select from account')).rowCount;
    provider.check = (credentials) => ({ ok: credentials['apiKey'] === 'right', message: 'Looked.' });
    const check = (apiKey: string) => api.call('POST', '/api/v1/account-checks', { token: admin, body: { provider: 'acme-press', settings: { factory: 'East' }, credentials: { apiKey, apiSecret: 's' } } });
    expect((await check('right')).body).toMatchObject({ ok: true });
    expect((await check('wrong')).body).toMatchObject({ ok: false });
    expect((await api.db.query('select from account')).rowCount).toBe(before);
  });
});

describe('pause and resume', () => {
  it('command push-dispatch under the registry version that the client may wait for', async () => {
    const { accountId, version } = await api.account();
    const paused = await api.call<{ commandId: string; registryVersion: number }>('POST', `/api/v1/accounts/${accountId}/pause`, { token: await tokenOf({ roles: ['operator'] }), body: { note: 'Stock count' } });
    expect(paused).toMatchObject({ status: 202, body: { registryVersion: version } });
    const command = await waitUntil(async () => {
      const message = await api.bus.jsm.streams.getMessage('COMMAND', { last_by_subj: subjects.accountCommand(ids.subscriber) });
      const value = message?.json<AccountCommand>();
      return value?.commandId === paused.body.commandId && value;
    });
    expect(command).toMatchObject({ accountId, action: 'pause', actor: 'kim@example.com', note: 'Stock count', registryVersion: version });
    expect((await api.call('POST', `/api/v1/accounts/${accountId}/resume`, { token: await tokenOf({ roles: ['viewer'] }) })).status).toBe(403);
    expect((await api.call('POST', `/api/v1/accounts/${newId()}/resume`, { token: admin })).status).toBe(404);
  });
});

describe('a deleted account', () => {
  it('is gone for readers, announced as deleted, and switched off on its sites', async () => {
    const { accountId } = await api.account();
    const siteId = await api.site();
    await api.call('PUT', `/api/v1/sites/${siteId}/activations/${accountId}`, { token: admin, body: { enabled: true, live: false } });
    expect((await api.call('DELETE', `/api/v1/accounts/${accountId}`, { token: admin })).status).toBe(204);
    expect((await api.call('GET', `/api/v1/accounts/${accountId}`, { token: admin })).status).toBe(404);
    expect((await api.call('DELETE', `/api/v1/accounts/${accountId}`, { token: admin })).status).toBe(404);
    await waitUntil(async () => {
      const account = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryAccount(ids.subscriber, accountId) });
      const activation = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryActivation(ids.subscriber, siteId, accountId) });
      return account?.json<RegistryAccount>().state === 'deleted' && activation?.json<{ enabled: boolean }>().enabled === false;
    });
  });
});

describe('the list', () => {
  it('pages through the accounts of one subscriber', async () => {
    const subscriberId = newId();
    await api.offer(aManifest(), subscriberId);
    const token = await tokenOf({ subscriberId });
    const made = [];
    for (let n = 0; n < 5; n += 1) made.push((await api.account({}, subscriberId)).accountId);
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { body: { items: Array<{ accountId: string }>; next: string | null } } = await api.call('GET', `/api/v1/accounts?limit=2${next === '' ? '' : `&cursor=${next}`}`, { token });
      seen.push(...page.body.items.map(({ accountId }) => accountId));
      next = page.body.next;
    }
    expect(seen).toEqual(made);
  });
});
