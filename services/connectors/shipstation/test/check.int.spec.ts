import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckResult, OutboundAgent, Settings } from '@pes/connector-sdk';
import { startShipStationSimulator, type ShipStationSimulator } from '../simulator/server.ts';
import { shipStation } from '../src/index.ts';
import { contextFor, credentials, loopbackAgent } from './call-context.ts';

let simulator: ShipStationSimulator;
let agent: OutboundAgent;

beforeEach(async () => {
  simulator = await startShipStationSimulator({ accounts: [credentials, { apiKey: 'closed-key', apiSecret: 'closed-secret', disabled: true }] });
  agent = loopbackAgent(simulator.url);
});
afterEach(async () => {
  await simulator.close();
  await agent.close();
});

const check = (settings: Settings = {}, given: Settings = credentials): Promise<CheckResult> => shipStation.check(contextFor({ url: simulator.url, agent, settings, credentials: given }));

describe('check', () => {
  it('reads the stores and sends nothing else', async () => {
    const context = contextFor({ url: simulator.url, agent });
    expect(await shipStation.check(context)).toEqual({ ok: true, message: expect.stringContaining('9102 Manual orders') });
    expect(context.calls).toEqual(['GET /stores']);
  });

  it.each<[string, Settings, Settings, Partial<CheckResult>]>([
    ['an unknown key', {}, { ...credentials, apiKey: 'wrong' }, { ok: false, code: 'auth', field: 'apiKey' }],
    ['a missing secret', {}, { apiKey: 'some-key' }, { ok: false, code: 'auth', field: 'apiSecret' }],
    ['an account without API access', {}, { apiKey: 'closed-key', apiSecret: 'closed-secret' }, { ok: false, code: 'account_disabled' }],
    ['a store that does not exist', { storeId: 3 }, credentials, { ok: false, code: 'validation', field: 'storeId' }],
    ['a store of a marketplace', { storeId: 9101 }, credentials, { ok: false, code: 'validation', field: 'storeId' }],
    ['an address that is none', { baseUrl: 'nowhere' }, credentials, { ok: false, code: 'egress_refused', field: 'baseUrl' }],
    ['an address that is not allowed', { baseUrl: 'http://127.0.0.1:1' }, credentials, { ok: false, code: 'egress_refused', field: 'baseUrl' }],
  ])('names the field for %s', async (_name, settings, given, expected) => {
    expect(await check(settings, given)).toMatchObject(expected);
  });

  it('names the base URL when something else answers there', async () => {
    simulator.setFault({ kind: 'html-200', count: 1 });
    expect(await check()).toMatchObject({ ok: false, code: 'answer_unreadable', field: 'baseUrl' });
  });

  it('names the base URL when nobody answers there', async () => {
    await simulator.close();
    expect(await check()).toMatchObject({ ok: false, code: 'unreachable', field: 'baseUrl' });
    simulator = await startShipStationSimulator({ accounts: [] });
  });

  it('accepts a manual store and a base URL that ends in a slash', async () => {
    expect(await check({ storeId: 9103, baseUrl: `${simulator.url}/` })).toMatchObject({ ok: true });
  });
});
