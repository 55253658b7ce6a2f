import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LookupResult, OutboundAgent, PushOrder, Settings } from '@pes/connector-sdk';
import { startShipStationSimulator, type ShipStationSimulator } from '../simulator/server.ts';
import { shipStation } from '../src/index.ts';
import { contextFor, credentials, firstAttempt, loopbackAgent } from './call-context.ts';
import { inland, itemOf, pushOf } from './sample-push.ts';

let simulator: ShipStationSimulator;
let agent: OutboundAgent;

beforeAll(async () => {
  simulator = await startShipStationSimulator({ accounts: [{ ...credentials, requestsPerMinute: 1_000_000 }] });
  agent = loopbackAgent(simulator.url);
});
beforeEach(async () => {
  await fetch(`${simulator.url}/__simulator/reset`, { method: 'POST' });
});
afterAll(async () => {
  await simulator.close();
  await agent.close();
});

const numbered = (reference: string, last: number): PushOrder => {
  const id = `019b2f6e-4c1a-7d33-9a55-${String(last).padStart(12, '0')}`;
  return pushOf({ reference, order: { orderId: id } });
};

const push = (order: PushOrder, settings: Settings = {}): Promise<unknown> => shipStation.push(order, contextFor({ url: simulator.url, agent, settings }), firstAttempt);

/** A hundred orders of somebody else, numbers SB-10000 and on. */
async function fill(hundred: number): Promise<void> {
  const place = { name: 'Ada', street1: '3 Pier', city: 'Portsend', country: 'US' };
  const rows = Array.from({ length: 100 }, (_, index) => {
    const number = 100 * hundred + index;
    return { orderNumber: `SB-10${String(number).padStart(4, '0')}`, orderKey: `other-${number}`, orderDate: '2026-02-11', orderStatus: 'on_hold', billTo: place, shipTo: place, items: [] };
  });
  const authorization = `Basic ${Buffer.from(`${credentials.apiKey}:${credentials.apiSecret}`).toString('base64')}`;
  await fetch(`${simulator.url}/orders/createorders`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(rows) });
}

async function lookup(order: PushOrder, settings: Settings = {}): Promise<LookupResult & { calls: string[] }> {
  const context = contextFor({ url: simulator.url, agent, settings });
  return { ...(await shipStation.lookup!(order, context, firstAttempt)), calls: context.calls };
}

describe('lookup', () => {
  it('finds an order by its key and tells status and time', async () => {
    const order = numbered('SB-10', 1);
    await push(order);
    expect(await lookup(order)).toMatchObject({ kind: 'found', providerRef: String(simulator.ledger()[0]!.orderId), message: expect.stringMatching(/awaiting_shipment, created 20\d\d-/) });
  });

  it('is not misled by a number that starts with ours', async () => {
    await push(numbered('SB-100', 1));
    expect(await lookup(numbered('SB-10', 2))).toMatchObject({ kind: 'absent' });
  });

  it('is not misled by the same number under another key', async () => {
    await push(numbered('SB-10', 1));
    expect(await lookup(numbered('SB-10', 2))).toMatchObject({ kind: 'absent' });
  });

  it('looks in the store of the account only', async () => {
    const order = numbered('SB-10', 1);
    await push(order, { storeId: 9103 });
    expect(await lookup(order, { storeId: 9103 })).toMatchObject({ kind: 'found' });
    expect(await lookup(order, { storeId: 9102 })).toMatchObject({ kind: 'absent' });
  });

  it('goes on to the page that holds the order, and stops there', async () => {
    for (let hundred = 0; hundred < 11; hundred += 1) await fill(hundred);
    const order = numbered('SB-10', 5000);
    expect(await lookup(order)).toMatchObject({ kind: 'absent', calls: Array(3).fill('GET /orders') });
    await push(order);
    expect(await lookup(order)).toMatchObject({ kind: 'found', calls: Array(3).fill('GET /orders') });
  });

  it('finds several addresses together, and counts a part of them as absent', async () => {
    const both = pushOf({ items: [itemOf(1), itemOf(2, { shipTo: inland })] });
    await push(both);
    const ids = simulator.ledger().map(({ orderId }) => orderId);
    expect(await lookup(both)).toMatchObject({ kind: 'found', providerRef: ids.join(',') });
    const three = pushOf({ items: [itemOf(1), itemOf(2, { shipTo: inland }), itemOf(3, { shipTo: { ...inland, city: 'Elsewhere' } })] });
    expect(await lookup(three)).toMatchObject({ kind: 'absent' });
  });

  it.each([
    [{ kind: 'rate-limited' }, { kind: 'unclear', code: 'rate_limited', afterMs: expect.any(Number) }],
    [{ kind: 'error-500' }, { kind: 'unclear', code: 'provider_error' }],
    [{ kind: 'html-200' }, { kind: 'unclear', code: 'answer_unreadable' }],
    [{ kind: 'reset-before' }, { kind: 'unclear', code: 'connection_lost' }],
    [{ kind: 'answer', status: 401, body: '' }, { kind: 'blocked', code: 'auth' }],
    [{ kind: 'answer', status: 400, body: '{"message":"no"}' }, { kind: 'unclear', code: 'validation' }],
    [{ kind: 'answer', status: 200, body: '{"orders":null}' }, { kind: 'unclear', code: 'answer_unreadable' }],
    [{ kind: 'answer', status: 200, body: '{"orders":[null,7,{"orderKey":5},{"orderKey":"x"}],"total":"?"}' }, { kind: 'absent' }],
  ] as const)('after %j says %j', async (fault, expected) => {
    simulator.setFault({ ...fault, count: 1 });
    expect(await lookup(numbered('SB-10', 1))).toMatchObject(expected);
  });
});
