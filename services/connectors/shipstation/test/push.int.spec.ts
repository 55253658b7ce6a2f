import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EarlierAttempts, OutboundAgent, PushOrder, PushOutcome, Settings } from '@pes/connector-sdk';
import { validator } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { startShipStationSimulator, type Fault, type ShipStationSimulator } from '../simulator/server.ts';
import { shipStation } from '../src/index.ts';
import { contextFor, credentials, firstAttempt, loopbackAgent } from './call-context.ts';
import { inland, itemOf, orderId, pushOf } from './sample-push.ts';

const key = `hub-5eed0042-${orderId.replaceAll('-', '')}`;
const again: EarlierAttempts = { firstSentAtMs: Date.now(), providerRef: null };
let simulator: ShipStationSimulator;
let agent: OutboundAgent;

beforeEach(async () => {
  simulator = await startShipStationSimulator({ accounts: [{ ...credentials, name: 'bayside', requestsPerMinute: 1000 }] });
  agent = loopbackAgent(simulator.url);
});
afterEach(async () => {
  await simulator.close();
  await agent.close();
});

interface Push {
  order?: PushOrder;
  settings?: Settings;
  earlier?: EarlierAttempts;
  timeoutMs?: number;
}

/** Every outcome of this file must fit the contract and keep the credentials to itself. */
async function push({ order = pushOf(), settings = {}, earlier = firstAttempt, timeoutMs = 5000 }: Push = {}): Promise<PushOutcome> {
  const outcome = await shipStation.push(order, contextFor({ url: simulator.url, agent, settings, timeoutMs }), earlier);
  const id = orderId;
  const at = '2026-02-11T00:00:00.000Z';
  const message = { provider: 'shipstation', accountId: id, results: [{ pushId: id, fence: 1, startedAt: at, finishedAt: at, outcome, exchanges: [] }] };
  const checked = validator('push-outcome')(message);
  expect(checked.ok ? [] : checked.errors).toEqual([]);
  for (const secret of [...Object.values(credentials), Buffer.from(`${credentials.apiKey}:${credentials.apiSecret}`).toString('base64')]) {
    expect(JSON.stringify(outcome)).not.toContain(secret);
  }
  return outcome;
}

/** Plays the part of the staff: reads and ships over the API of the provider. */
async function staff(path: string, body?: unknown): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`${credentials.apiKey}:${credentials.apiSecret}`).toString('base64')}`;
  const answer = await fetch(`${simulator.url}${path}`, {
    headers: { authorization, 'content-type': 'application/json' }, ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

const ship = (orderIdAtProvider: number): Promise<unknown> => staff('/orders/markasshipped', { orderId: orderIdAtProvider, carrierCode: 'fedex' });

describe('one address', () => {
  it('creates an order with an id of more than 32 bits that the ledger knows', async () => {
    const outcome = await push();
    expect(outcome).toEqual({ kind: 'accepted', providerRef: String(simulator.ledger()[0]?.orderId) });
    expect(Number((outcome as { providerRef: string }).providerRef)).toBeGreaterThan(2 ** 32);
    expect(simulator.ledger()).toEqual([{ account: 'bayside', orderNumber: 'SB-7301', orderKey: key, orderId: expect.any(Number), creates: 1, updates: 0, items: 1, goods: ['SB-7301-1'] }]);
  });

  it('sent twice is one create and one update with the same id', async () => {
    const [first, second] = [await push(), await push({ earlier: again })];
    expect(second).toEqual(first);
    expect(simulator.ledger()).toEqual([expect.objectContaining({ creates: 1, updates: 1 })]);
  });

  it('sent again with the id of an earlier attempt updates that order', async () => {
    const { providerRef } = (await push()) as { providerRef: string };
    expect(await push({ earlier: { ...again, providerRef } })).toEqual({ kind: 'accepted', providerRef });
    expect(simulator.ledger()).toEqual([expect.objectContaining({ creates: 1, updates: 1 })]);
  });

  it('carries everything that the simulator is strict about: types, dates, tags, stores, amounts', async () => {
    const items = [itemOf(1, { price: '19.99', quantity: 7, unitWeightGrams: 3.25 }), itemOf(2)];
    const order = pushOf({
      items,
      order: { totals: { subtotal: '49.99', shipping: '12.00', tax: '4.50', discount: '2.5', total: '63.99' }, poNumber: 'P-1', notes: 'note', requestedShipDate: '2026-03-08' },
      around: () => ({ shipping: { carrierCode: 'fedex', serviceCode: 'fedex_ground', packageCode: 'package', confirmation: 'none' } }),
    });
    const settings = { storeId: 9103, warehouseId: 12, tagIds: [7001, 7002], sendCustomerEmail: true, quantityMode: 'pieces', orderStatusOnCreate: 'on_hold' };
    expect(await push({ order, settings })).toMatchObject({ kind: 'accepted' });
    const { orders } = (await staff('/orders?orderNumber=SB-7301&storeId=9103')) as { orders: Array<Record<string, unknown>> };
    expect(orders[0]).toMatchObject({ orderStatus: 'on_hold', orderTotal: 63.99, amountPaid: 63.99, shipByDate: '2026-03-08T00:00:00.0000000', tagIds: [7001, 7002], advancedOptions: { storeId: 9103, warehouseId: 12 } });
  });

  it('counts as a duplicate when the order was shipped in between, and is not changed', async () => {
    const { providerRef } = (await push()) as { providerRef: string };
    await ship(Number(providerRef));
    expect(await push({ earlier: again })).toEqual({ kind: 'duplicate', providerRef, message: expect.stringMatching(/^ShipStation has the order \(shipped, created 20\d\d-.*Z\)\. Order cannot be updated because it is shipped\.$/) });
    expect(simulator.ledger()).toEqual([expect.objectContaining({ creates: 1, updates: 0 })]);
  });

  it('is rejected when the refusal is about the order and not about its status', async () => {
    await push();
    simulator.setFault({ kind: 'error-500-reason', path: '/orders/createorder', count: 1, body: 'CustomField3 must not exceed 100 characters' });
    expect(await push({ earlier: again })).toEqual({ kind: 'rejected', code: 'validation', message: 'CustomField3 must not exceed 100 characters' });
  });

  it('is unknown when it was refused as shipped and cannot be read back', async () => {
    const { providerRef } = (await push()) as { providerRef: string };
    await ship(Number(providerRef));
    simulator.setFault({ kind: 'error-500-reason', path: '/orders/createorder', count: 1, body: 'Order cannot be updated because it is shipped.' });
    simulator.setFault({ kind: 'rate-limited', path: '/orders', count: 1 });
    expect(await push({ earlier: again })).toMatchObject({ kind: 'unknown', code: 'provider_error', afterMs: expect.any(Number) });
  });
});

describe('refusal', () => {
  it.each<[string, Settings, PushOrder, Partial<PushOutcome>]>([
    ['a tag that does not exist', { tagIds: [1] }, pushOf(), { kind: 'rejected', code: 'validation', message: 'Tag 1 does not exist.' }],
    ['a store that is not manual', { storeId: 9101 }, pushOf(), { kind: 'rejected', code: 'validation', message: 'Store 9101 is not a manual store of this account.' }],
    ['an address without a city', {}, pushOf({ items: [itemOf(1, { shipTo: { ...inland, city: '' } })] }), { kind: 'rejected', code: 'validation', message: 'Ship To: City must be provided.' }],
  ])('of %s names it', async (_name, settings, order, expected) => {
    expect(await push({ settings, order })).toMatchObject(expected);
    expect(simulator.ledger()).toEqual([]);
  });

  it('of the credentials blocks the account and names both fields', async () => {
    const context = contextFor({ url: simulator.url, agent, credentials: { ...credentials, apiSecret: 'other-secret' } });
    expect(await shipStation.push(pushOf(), context, firstAttempt)).toEqual({ kind: 'blocked', code: 'auth', message: expect.stringMatching(/API key or the API secret/) });
  });

  it.each([['apiKey', 'API key'], ['apiSecret', 'API secret']])('without %s sends nothing', async (field, label) => {
    const context = contextFor({ url: simulator.url, agent, credentials: { ...credentials, [field]: ' ' } });
    expect(await shipStation.push(pushOf(), context, firstAttempt)).toEqual({ kind: 'blocked', code: 'auth', message: `The ${label} is missing. Enter it on the account.` });
    expect(context.calls).toEqual([]);
  });
});

describe('several addresses', () => {
  const order = pushOf({ items: [itemOf(1), itemOf(2, { shipTo: inland })] });

  it('go out in one call and become one order each', async () => {
    const context = contextFor({ url: simulator.url, agent });
    const outcome = await shipStation.push(order, context, firstAttempt);
    const rows = simulator.ledger();
    expect(context.calls).toEqual(['POST /orders/createorders']);
    expect(rows).toEqual([
      expect.objectContaining({ orderNumber: 'SB-7301-1', orderKey: `${key}-1`, creates: 1 }),
      expect.objectContaining({ orderNumber: 'SB-7301-2', orderKey: `${key}-2`, creates: 1 }),
    ]);
    expect(outcome).toEqual({ kind: 'accepted', providerRef: rows.map((row) => row.orderId).join(',') });
  });

  it('sent twice create nothing twice', async () => {
    expect(await push({ order, earlier: again })).toEqual(await push({ order }));
    expect(simulator.ledger().map(({ creates, updates }) => [creates, updates])).toEqual([[1, 1], [1, 1]]);
  });

  it('are rejected with the name of the row when one is refused, and complete after the fix', async () => {
    const broken = pushOf({ items: [itemOf(1), itemOf(2, { shipTo: { ...inland, street1: '' } })] });
    expect(await push({ order: broken })).toEqual({
      kind: 'rejected', code: 'validation', message: 'SB-7301-2: Ship To: Street1 must be provided.', fields: [{ path: 'SB-7301-2', message: 'Ship To: Street1 must be provided.' }],
    });
    expect(await push({ order, earlier: again })).toMatchObject({ kind: 'accepted' });
    expect(simulator.ledger().map(({ orderNumber, creates }) => [orderNumber, creates])).toEqual([['SB-7301-1', 1], ['SB-7301-2', 1]]);
  });

  it('count as a duplicate when the refused one was shipped in between', async () => {
    const accepted = (await push({ order })) as { providerRef: string };
    await ship(Number(accepted.providerRef.split(',')[1]));
    expect(await push({ order, earlier: again })).toMatchObject({ kind: 'duplicate', providerRef: accepted.providerRef });
  });

  it.each<[string, unknown, Partial<PushOutcome>]>([
    ['a row is missing', { hasErrors: false, results: [{ orderKey: `${key}-1`, orderId: 4300000001, success: true }] }, { kind: 'unknown', code: 'answer_unreadable' }],
    ['a row has no id', { hasErrors: false, results: [1, 2].map((n) => ({ orderKey: `${key}-${n}`, orderId: 0, success: true })) }, { kind: 'unknown', code: 'answer_unreadable' }],
    ['a row was slowed down', { hasErrors: true, results: [1, 2].map((n) => ({ orderKey: `${key}-${n}`, success: false, errorMessage: 'Too Many Requests' })) }, { kind: 'retry', code: 'rate_limited' }],
    ['a row gives no reason', { hasErrors: true, results: [1, 2].map((n) => ({ orderKey: `${key}-${n}`, orderId: null, success: false, errorMessage: null })) }, { kind: 'rejected', code: 'validation' }],
    ['there are no rows', { hasErrors: true }, { kind: 'unknown', code: 'answer_unreadable' }],
  ])('have an outcome when %s', async (_name, body, expected) => {
    simulator.setFault({ kind: 'answer', status: 200, body: JSON.stringify(body), count: 1 });
    expect(await push({ order })).toMatchObject(expected);
  });

  it('cut the reference between two ids when it would grow too long', async () => {
    const many = pushOf({ items: Array.from({ length: 40 }, (_, index) => itemOf(index + 1, { shipTo: { ...inland, street1: `${index} Mill Lane` } })) });
    const { providerRef } = (await push({ order: many })) as { providerRef: string };
    expect(providerRef).toMatch(/^(\d{10},){18}…$/);
  });
});

describe('every fault has an outcome of its own, and sending again leaves exactly one order', () => {
  it.each<[Fault, Partial<PushOutcome>, number]>([
    [{ kind: 'delay', delayMs: 50 }, { kind: 'accepted' }, 1],
    [{ kind: 'hang' }, { kind: 'unknown', code: 'timeout' }, 0],
    [{ kind: 'hang', afterAccept: true }, { kind: 'unknown', code: 'timeout' }, 1],
    [{ kind: 'reset-before' }, { kind: 'unknown', code: 'connection_lost' }, 0],
    [{ kind: 'reset-after-accept' }, { kind: 'unknown', code: 'connection_lost' }, 1],
    [{ kind: 'half-answer' }, { kind: 'unknown', code: 'connection_lost' }, 1],
    [{ kind: 'rate-limited' }, { kind: 'retry', code: 'rate_limited' }, 0],
    [{ kind: 'rate-limited', withoutRateHeaders: true }, { kind: 'retry', code: 'rate_limited', afterMs: 60_000 }, 0],
    [{ kind: 'answer', status: 400, body: 'Too Many Requests' }, { kind: 'retry', code: 'rate_limited' }, 0],
    [{ kind: 'error-500' }, { kind: 'unknown', code: 'provider_error' }, 0],
    [{ kind: 'error-500', afterAccept: true }, { kind: 'unknown', code: 'provider_error' }, 1],
    [{ kind: 'error-500-reason' }, { kind: 'rejected', code: 'validation', message: 'Ship To: City must be provided.' }, 0],
    [{ kind: 'html-200' }, { kind: 'unknown', code: 'answer_unreadable' }, 0],
    [{ kind: 'html-200', afterAccept: true }, { kind: 'unknown', code: 'answer_unreadable' }, 1],
    [{ kind: 'html-502' }, { kind: 'unknown', code: 'provider_error' }, 0],
    [{ kind: 'answer', status: 401, body: '' }, { kind: 'blocked', code: 'auth' }, 0],
    [{ kind: 'answer', status: 403, body: 'plan' }, { kind: 'blocked', code: 'account_disabled' }, 0],
    [{ kind: 'answer', status: 404, body: '' }, { kind: 'retry', code: 'provider_error' }, 0],
    [{ kind: 'answer', status: 200, body: '{"orderId":"x"}' }, { kind: 'unknown', code: 'answer_unreadable' }, 0],
    [{ kind: 'answer', status: 409, body: '', afterAccept: true }, { kind: 'duplicate' }, 1],
    [{ kind: 'answer', status: 409, body: '' }, { kind: 'unknown', code: 'provider_error' }, 0],
  ])('%j', async (fault, expected, storedAtOnce) => {
    simulator.setFault({ ...fault, path: '/orders/createorder', count: 1 });
    expect(await push({ timeoutMs: 300 })).toMatchObject(expected);
    expect(simulator.ledger()).toHaveLength(storedAtOnce);
    expect(await push({ earlier: again })).toMatchObject({ kind: 'accepted' });
    expect(simulator.ledger()).toEqual([expect.objectContaining({ creates: 1, updates: storedAtOnce })]);
  });

  it('a provider that handles the first request after the second one still has one order', async () => {
    simulator.setFault({ kind: 'delay', delayMs: 400, count: 1 });
    expect(await push({ timeoutMs: 100 })).toMatchObject({ kind: 'unknown', code: 'timeout' });
    expect(await push({ earlier: again })).toMatchObject({ kind: 'accepted' });
    await waitUntil(() => simulator.ledger()[0]?.updates === 1, { timeoutMs: 5000 });
    expect(simulator.ledger()).toEqual([expect.objectContaining({ creates: 1, updates: 1 })]);
  });

  it('a provider that is not there is a retry, since nothing was sent', async () => {
    await simulator.close();
    expect(await push()).toMatchObject({ kind: 'retry', code: 'unreachable' });
    simulator = await startShipStationSimulator({ accounts: [] });
  });

  it('an error page that repeats the request gives no secret away', async () => {
    simulator.setFault({ kind: 'answer', status: 400, count: 1, body: `{"message":"bad request {authorization} of ${credentials.apiKey} with ${credentials.apiSecret}"}` });
    expect(await push()).toEqual({ kind: 'rejected', code: 'validation', message: 'bad request Basic *** of *** with ***' });
  });

  it('ids of 64 bits, unknown statuses and unknown members are taken as they come', async () => {
    simulator.setFault({ kind: 'answer', status: 200, count: 1, body: '{"orderId":9223372036854775807,"orderStatus":"teleported","advancedOptions":{"movementIndicator":[1]},"note":"1234567890123456,\\"x\\":12345678901234567"}' });
    expect(await push()).toEqual({ kind: 'accepted', providerRef: '9223372036854775807' });
  });
});

describe('rate limit', () => {
  it('is a retry that waits until the window ends and a second more', async () => {
    await simulator.close();
    simulator = await startShipStationSimulator({ accounts: [{ ...credentials, requestsPerMinute: 2 }] });
    await agent.close();
    agent = loopbackAgent(simulator.url);
    const outcomes = [await push(), await push({ earlier: again }), await push({ earlier: again })];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'retry']);
    const { afterMs } = outcomes[2] as { afterMs: number };
    expect(afterMs).toBeGreaterThan(50_000);
    expect(afterMs).toBeLessThanOrEqual(61_000);
  });
});
