import { describe, expect, it } from '@jest/globals';
import { validator } from '@pes/contracts';
import { connector, manifest } from '../src/index.ts';
import { readSettings } from '../src/settings.ts';

type Properties = Record<string, { title?: string; 'x-secret'?: boolean }>;
const propertiesOf = (schema: Record<string, unknown>): Properties => (schema.properties ?? {}) as Properties;

describe('manifest', () => {
  it('keeps to its schema', () => {
    expect(validator('connector-manifest')(manifest)).toEqual({ ok: true, value: manifest });
  });

  it('claims only what the connector can do', () => {
    expect(manifest.capabilities).toEqual({ push: true, lookup: true, status: false, automaticStatus: false, products: false, categories: false, cancel: false });
    expect(typeof connector.lookup).toBe('function');
  });

  it('hides every credential and titles every field', () => {
    const { credentials, accountSettings, siteSettings, productSettings } = manifest.schemas;
    expect(Object.values(propertiesOf(credentials)).map((field) => field['x-secret'])).toEqual([true, true]);
    for (const schema of [credentials, accountSettings, siteSettings, productSettings]) {
      for (const field of Object.values(propertiesOf(schema))) expect(field.title).toEqual(expect.stringMatching(/\w/));
    }
  });

  it('names settings that exist', () => {
    const { accountSettings, siteSettings } = manifest.schemas;
    const shipping = manifest.mappings.find((mapping) => mapping.entity === 'shipping-method');
    expect(propertiesOf(siteSettings)).toHaveProperty(shipping?.siteSetting ?? '');
    expect(propertiesOf(accountSettings)).toHaveProperty(shipping?.accountFallback ?? '');
    expect(propertiesOf(accountSettings)).toHaveProperty(manifest.rateLimit.accountSetting ?? '');
  });
});

describe('account settings', () => {
  it.each([
    [{}, 'https://orders.oneflow.io', 'https://pro-api.oneflowcloud.com'],
    [{ flavour: 'printos' }, 'https://printos.api.hp.com/siteflow', 'https://printos.api.hp.com/siteflow'],
    [{ flavour: 'printos', environment: 'staging' }, 'https://stage.printos.api.hp.com/siteflow', 'https://stage.printos.api.hp.com/siteflow'],
    [{ submitBaseUrl: 'https://in.example.org/api/', apiBaseUrl: 'https://api.example.org/' }, 'https://in.example.org', 'https://api.example.org'],
    [{ flavour: 'printos', apiBaseUrl: 'https://gw.example.org/siteflow/api' }, 'https://gw.example.org/siteflow', 'https://gw.example.org/siteflow'],
    [{ environment: 'staging', submitBaseUrl: 'https://a.example.org', apiBaseUrl: 'https://b.example.org' }, 'https://a.example.org', 'https://b.example.org'],
  ])('%j leads to its hosts', (settings, submitBaseUrl, apiBaseUrl) => {
    expect(readSettings({ destinationAccount: 'hp.pressline', ...settings })).toMatchObject({ ok: true, value: { submitBaseUrl, apiBaseUrl } });
  });

  it('never falls back from a staging that does not exist to production', () => {
    expect(readSettings({ destinationAccount: 'hp.pressline', environment: 'staging' })).toMatchObject({ ok: false, error: { field: 'environment' } });
    expect(readSettings({ destinationAccount: 'hp.pressline', environment: 'staging', submitBaseUrl: 'https://a.example.org' })).toMatchObject({ ok: false });
  });

  it.each(['https://', 'api.example.org', 'https://a.example.org/?x=1', 'https://a.example.org/%zz'])('refuses %s as an address and names the field', (apiBaseUrl) => {
    expect(readSettings({ destinationAccount: 'hp.pressline', apiBaseUrl })).toMatchObject({ ok: false, error: { field: 'apiBaseUrl' } });
  });

  it('needs a destination', () => {
    expect(readSettings({ destinationAccount: '  ' })).toMatchObject({ ok: false, error: { field: 'destinationAccount' } });
  });
});
