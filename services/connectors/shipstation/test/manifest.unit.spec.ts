import { describe, expect, it } from '@jest/globals';
import { validator } from '@pes/contracts';
import { shipStation } from '../src/index.ts';

describe('manifest', () => {
  const { manifest } = shipStation;

  it('fits the contract', () => {
    expect(validator('connector-manifest')(JSON.parse(JSON.stringify(manifest)))).toEqual({ ok: true, value: manifest });
  });

  it('marks every credential as secret and explains the required ones', () => {
    const { properties, required } = manifest.schemas.credentials as { properties: Record<string, Record<string, unknown>>; required: string[] };
    expect(required).toEqual(['apiKey', 'apiSecret']);
    for (const field of Object.values(properties)) expect(field).toMatchObject({ 'x-secret': true, title: expect.any(String), description: expect.any(String) });
  });

  it('names only settings that its schemas have', () => {
    const account = manifest.schemas.accountSettings as { properties: Record<string, unknown> };
    const site = manifest.schemas.siteSettings as { properties: Record<string, unknown> };
    expect(account.properties).toHaveProperty(manifest.rateLimit.accountSetting!);
    for (const { siteSetting } of manifest.mappings) if (siteSetting !== undefined) expect(site.properties).toHaveProperty(siteSetting);
  });

  it('has a function for every capability that it claims', () => {
    expect(manifest.capabilities).toMatchObject({ push: true, lookup: true });
    expect(shipStation.lookup).toBeDefined();
  });
});
