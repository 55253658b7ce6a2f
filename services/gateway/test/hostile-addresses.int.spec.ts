import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEgressGuard } from '@pes/connector-sdk';
import { newId } from '@pes/kernel';
import { checkAddresses } from '../src/check-addresses.ts';
import { ids } from './fixtures.ts';
import { harmlessUrls, hostileUrls, rebinding } from './hostile-urls.ts';
import { aManifest, runApi, tokenOf, type RunningApi } from './running-api.ts';

const schema = { type: 'object', properties: { baseUrl: { type: 'string', pattern: '^https?://' }, note: { type: 'string' }, hosts: { type: 'array', items: { type: 'object', properties: { endpoint: { type: 'string' } } } } } };
const parts = { egress: createEgressGuard(), resolveHost: async (name: string) => (Object.hasOwn(rebinding, name.replace(/\.$/, '')) ? [rebinding[name.replace(/\.$/, '')]!] : ['93.184.215.14']) };
const problems = async (settings: object): Promise<number> => (await checkAddresses(parts, schema, settings, 'body.settings')).length;

describe('an address that an account names', () => {
  it(`is refused in all of ${hostileUrls.length} hostile spellings`, async () => {
    expect(new Set(hostileUrls).size).toBeGreaterThanOrEqual(200);
    const through = [];
    for (const baseUrl of hostileUrls) if (await problems({ baseUrl }) === 0) through.push(baseUrl);
    expect(through).toEqual([]);
  });

  it('is taken when it is public, so that the list above proves something', async () => {
    const refused = [];
    for (const baseUrl of harmlessUrls) if (await problems({ baseUrl }) > 0) refused.push(baseUrl);
    expect(refused).toEqual([]);
  });

  it('is found where no schema announces it: by its looks, by its name, and deep inside', async () => {
    expect(await problems({ note: 'http://169.254.169.254/latest' })).toBe(1);
    expect(await problems({ note: '//10.0.0.1/x' })).toBe(1);
    expect(await problems({ note: 'Call 555-0100: ask for Kim' })).toBe(0);
    expect(await problems({ hosts: [{ endpoint: 'https://api.example.com' }, { endpoint: 'localhost:9000' }] })).toBe(1);
  });

  it('passes when nobody can resolve its name now, because the connector looks again', async () => {
    expect(await checkAddresses({ ...parts, resolveHost: async () => undefined }, schema, { baseUrl: 'https://new.example.com/' }, '')).toEqual([]);
  });
});

describe('the API', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await runApi();
    await api.offer(aManifest(), ids.subscriber);
  });
  afterAll(() => api.close());

  it('makes no account and changes none with a hostile address', async () => {
    const token = await tokenOf();
    const known = Object.keys(rebinding);
    // Names need a name server that knows them, which this machine may not have.
    const urls = [...new Set(hostileUrls)].filter((url) => !known.some((name) => url.includes(name)));
    const { accountId, version } = await api.account();
    const body = (baseUrl: string) => ({ provider: 'acme-press', name: 'Acme', referencePrefix: `S${newId().slice(-9)}`, settings: { baseUrl }, credentials: { apiKey: 'k', apiSecret: 's' } });
    const made = await Promise.all(urls.map((url) => api.call('POST', '/api/v1/accounts', { token, body: body(url) })));
    expect(urls.filter((_url, index) => made[index]!.status !== 422)).toEqual([]);
    const changed = await Promise.all(urls.map((baseUrl) => api.call('PATCH', `/api/v1/accounts/${accountId}`, { token, body: { settings: { baseUrl } }, headers: { 'if-match': `"${version}"` } })));
    expect(changed.filter(({ status }) => status !== 422)).toEqual([]);
    expect((await api.db.query('select from account')).rowCount).toBe(1);
  });
});
