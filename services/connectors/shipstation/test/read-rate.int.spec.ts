import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpAnswer } from '@pes/connector-sdk';
import { startShipStationSimulator, type ShipStationSimulator } from '../simulator/server.ts';
import { authorization } from '../src/client.ts';
import { shipStation } from '../src/index.ts';
import { readRate } from '../src/read-rate.ts';
import { credentials } from './call-context.ts';

const answer = (status: number, headers: Record<string, string>): HttpAnswer => ({ kind: 'answer', status, headers, body: '' });

describe('what a header says about the rate', () => {
  it.each<[string, HttpAnswer, object | undefined]>([
    ['requests left, seconds and one more', answer(200, { 'x-rate-limit-remaining': '12', 'x-rate-limit-reset': '23' }), { remaining: 12, resetMs: 24_000 }],
    ['none left on a 429, whatever the header says', answer(429, { 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': '5' }), { remaining: 0, resetMs: 6_000 }],
    ['nothing without headers', answer(200, {}), undefined],
    ['nothing with one of them', answer(200, { 'x-rate-limit-remaining': '12' }), undefined],
    ['nothing in words', answer(200, { 'x-rate-limit-remaining': 'some', 'x-rate-limit-reset': 'soon' }), undefined],
    ['nothing when empty', answer(200, { 'x-rate-limit-remaining': '', 'x-rate-limit-reset': '' }), undefined],
  ])('%s', (_name, given, expected) => {
    expect(readRate(given)).toEqual(expected);
  });
});

describe('against the simulator', () => {
  let simulator: ShipStationSimulator;

  beforeEach(async () => { simulator = await startShipStationSimulator({ accounts: [{ ...credentials, requestsPerMinute: 3 }] }); });
  afterEach(() => simulator.close());

  async function call(): Promise<HttpAnswer> {
    const response = await fetch(`${simulator.url}/stores`, { headers: { authorization: authorization(credentials.apiKey, credentials.apiSecret) } });
    return { kind: 'answer', status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  }

  it('counts down to the 429', async () => {
    const seen: Array<[number, number | undefined]> = [];
    for (let round = 0; round < 4; round += 1) {
      const got = await call();
      const rate = shipStation.readRate?.(got, Date.now());
      seen.push([got.status, rate?.remaining]);
      expect(rate?.resetMs).toBeGreaterThan(50_000);
      expect(rate?.resetMs).toBeLessThanOrEqual(61_000);
    }
    expect(seen).toEqual([[200, 2], [200, 1], [200, 0], [429, 0]]);
  });

  it('has nothing to say when a fault leaves the headers out', async () => {
    simulator.setFault({ kind: 'error-500', withoutRateHeaders: true });
    expect(shipStation.readRate?.(await call(), Date.now())).toBeUndefined();
  });
});
