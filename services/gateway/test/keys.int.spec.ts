import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, type RegistryAccount } from '@pes/contracts';
import { deriveProviderKeys, keyIdOf, open, parseKeyRing } from '@pes/secrets';
import { waitUntil } from '@pes/testkit';
import { rotateKeys } from '../src/accounts/rotate-keys.ts';
import { createFingerprint } from '../src/fingerprint.ts';
import { ids } from './fixtures.ts';
import { aManifest, masterKeys, runApi, sreToken, tokenOf, type RunningApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
  await api.offer(aManifest(), ids.subscriber, ids.otherSubscriber);
});
afterAll(() => api.close());

describe('the registry', () => {
  it('is announced again whole, under the versions that it has, to a stream that was emptied', async () => {
    const admin = await tokenOf();
    const { accountId, version } = await api.account();
    const siteId = await api.site();
    await api.call('PUT', `/api/v1/sites/${siteId}/activations/${accountId}`, { token: admin, body: { enabled: true, live: false } });
    await api.call('PUT', `/api/v1/accounts/${accountId}/products/${siteId}`, { token: admin, body: { externalId: 'A-1' } });
    const subjectsOf = async (): Promise<string[]> => Object.keys((await api.bus.jsm.streams.info('REGISTRY', { subjects_filter: `registry.*.${ids.subscriber}.>` })).state.subjects ?? {}).sort();
    await waitUntil(async () => (await subjectsOf()).length === 4);
    const before = await subjectsOf();
    await api.bus.jsm.streams.purge('REGISTRY');
    expect((await api.call('POST', `/api/v1/registry/republish?subscriberId=${ids.subscriber}`, { token: await sreToken() })).body).toEqual({ subscribers: 1, events: 4 });
    await waitUntil(async () => (await subjectsOf()).length === 4);
    expect(await subjectsOf()).toEqual(before);
    const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryAccount(ids.subscriber, accountId) });
    expect(message?.json<RegistryAccount>()).toMatchObject({ version, state: 'active' });
    await api.call('DELETE', `/api/v1/accounts/${accountId}`, { token: admin });
    await api.db.query('delete from activation');
    await api.db.query('delete from entity_setting');
    await api.db.query('delete from account');
  });
});

describe('key rotation', () => {
  it('puts every account under the new key while it can be read with both, and is finished when it is run again', async () => {
    const made = [];
    for (let n = 0; n < 12; n += 1) made.push(await api.account({ credentials: { apiKey: `key ${n}`, apiSecret: 'secret' } }, n % 3 === 0 ? ids.otherSubscriber : ids.subscriber));
    const masters = parseKeyRing(`second:${randomBytes(32).toString('base64')},${masterKeys}`);
    if (!masters.ok) throw new Error(masters.error.join());
    const parts = { db: api.db, masters: masters.value, wakeOutbox: () => undefined } as unknown as Parameters<typeof rotateKeys>[0];
    const before = (await createFingerprint(api.db, masters.value))('x', { a: 1 });

    expect(await rotateKeys(parts, 'sre')).toEqual({ keyId: 'second', rewrapped: 12, unreadable: [] });
    expect(await rotateKeys(parts, 'sre')).toEqual({ keyId: 'second', rewrapped: 0, unreadable: [] });
    // The key of the hashes outlives the master that sealed it first.
    expect((await createFingerprint(api.db, [masters.value[0]]))('x', { a: 1 })).toBe(before);

    const keys = deriveProviderKeys([masters.value[0]], 'acme-press');
    for (const { accountId, version } of made) {
      const subscriberId = (await api.db.query<{ subscriber_id: string }>('select subscriber_id from account where account_id = $1', [accountId])).rows[0]!.subscriber_id;
      const event = await waitUntil(async () => {
        const message = await api.bus.jsm.streams.getMessage('REGISTRY', { last_by_subj: subjects.registryAccount(subscriberId, accountId) });
        const value = message?.json<RegistryAccount>();
        return value !== undefined && value.version > version && value;
      });
      expect(keyIdOf(event.sealedCredentials)).toEqual({ ok: true, value: 'second' });
      expect(open(keys, event.sealedCredentials, event).ok).toBe(true);
    }
  });

  it('names the accounts that none of the keys opens', async () => {
    const foreign = parseKeyRing(`third:${randomBytes(32).toString('base64')}`);
    if (!foreign.ok) throw new Error();
    const parts = { db: api.db, masters: foreign.value, wakeOutbox: () => undefined } as unknown as Parameters<typeof rotateKeys>[0];
    expect((await rotateKeys(parts, 'sre')).unreadable).toHaveLength(12);
    await expect(createFingerprint(api.db, foreign.value)).rejects.toThrow('MASTER_KEYS');
  });

  it('tells which keys are still needed', async () => {
    expect((await api.call('GET', '/api/v1/keys', { token: await sreToken() })).body).toEqual({ sealsWith: 'first', items: [{ keyId: 'second', accounts: 12 }] });
  });
});
