import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, type RegistryAccount } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { adoptRegistry } from '../src/adopt-registry.ts';
import { ids } from './fixtures.ts';
import { aManifest, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
  await api.offer(aManifest(), ids.subscriber);
});
afterAll(() => api.close());

const log = { warn: () => undefined, info: () => undefined };
const adopt = () => adoptRegistry({ bus: api.bus, db: api.db, log } as unknown as Parameters<typeof adoptRegistry>[0]);

describe('a lost database', () => {
  it('gets the registry back from its stream: the same accounts, sites, activations and settings, once', async () => {
    const admin = await tokenOf();
    const { accountId } = await api.account();
    const siteId = await api.site();
    await api.call('PUT', `/api/v1/sites/${siteId}/activations/${accountId}`, { token: admin, body: { enabled: true, live: false } });
    await api.call('PUT', `/api/v1/accounts/${accountId}/products/${siteId}`, { token: admin, body: { externalId: 'A-1' } });
    const shown = async () => ({
      account: (await api.call('GET', `/api/v1/accounts/${accountId}`, { token: admin })).body, sites: (await api.call('GET', '/api/v1/sites', { token: admin })).body,
      product: (await api.call('GET', `/api/v1/accounts/${accountId}/products/${siteId}`, { token: admin })).body,
    });
    const before = await shown();
    await waitUntil(async () => (await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryEntity(ids.subscriber, accountId, 'product', siteId) })) !== null);
    await api.db.query('truncate activation, entity_setting, account, site, entitlement, subscriber_registry');
    expect(await adopt()).toEqual({ sites: 1, accounts: 1, activations: 1, entities: 1 });
    expect(await adopt()).toEqual({ sites: 0, accounts: 0, activations: 0, entities: 0 });
    const after = await shown();
    const { version, settings, referencePrefix } = before.account as unknown as RegistryAccount;
    expect(after.account).toMatchObject({ version, settings, referencePrefix, prefixFixed: true });
    expect(after.product).toMatchObject({ externalId: 'A-1' });
    expect(after.sites).toMatchObject({ items: [{ siteId }] });

    const changed = await api.call('PATCH', `/api/v1/accounts/${accountId}`, { token: admin, body: { name: 'Renamed' }, headers: { 'if-match': `"${version}"` } });
    expect(changed.status).toBe(200);
    expect((changed.body as unknown as RegistryAccount).version).toBeGreaterThan(version);
    expect((await api.call('GET', '/api/v1/entitlements', { token: await sreToken() })).body).toMatchObject({ items: [{ subscriberId: ids.subscriber, grantedBy: 'registry' }] });
  });
});
