import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startShipStationSimulator, type ShipStationSimulator } from '../simulator/server.ts';

const account = { apiKey: 'ShipStation', apiSecret: 'Rocks', name: 'demo', requestsPerMinute: 10_000 };
// The example that ShipStation gives for its authentication.
const authorization = 'Basic U2hpcFN0YXRpb246Um9ja3M=';

interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function call(url: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const answer = await fetch(`${url}${path}`, {
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

const minimal = {
  orderNumber: 'N-1', orderKey: 'k-1', orderDate: '2026-02-11T08:00:00.0000000', orderStatus: 'awaiting_shipment',
  billTo: { name: 'Ada' }, shipTo: { name: 'Ada', street1: '3 Pier', city: 'Portsend', country: 'US' }, items: [{ name: 'Card', quantity: 1, unitPrice: 2.5 }],
};

describe('simulator', () => {
  let simulator: ShipStationSimulator;
  const post = (body: unknown): Promise<Reply> => call(simulator.url, '/orders/createorder', body);

  beforeEach(async () => {
    simulator = await startShipStationSimulator({ accounts: [account] });
  });
  afterEach(() => simulator.close());

  it.each(['', 'basic U2hpcFN0YXRpb246Um9ja3M=', 'Basic U2hpcFN0YXRpb246Um9ja3M', 'Basic  U2hpcFN0YXRpb246Um9ja3M=', 'Bearer x'])('refuses the credentials %j', async (given) => {
    expect(await call(simulator.url, '/stores', undefined, { authorization: given })).toMatchObject({ status: 401, body: { message: 'Invalid API credentials' } });
  });

  it.each<[string, unknown, string]>([
    ['orderNumber', { ...minimal, orderNumber: null }, 'OrderNumber Is Required'],
    ['orderDate', { ...minimal, orderDate: undefined }, 'OrderDate Is Required'],
    ['orderStatus', { ...minimal, orderStatus: undefined }, 'OrderStatus Is Required'],
    ['billTo', { ...minimal, billTo: undefined }, 'BillTo Is Required'],
    ['shipTo', { ...minimal, shipTo: undefined }, 'ShipTo Is Required'],
    ['city', { ...minimal, shipTo: { ...minimal.shipTo, city: '' } }, 'Ship To: City must be provided.'],
    ['item name', { ...minimal, items: [{ name: null, quantity: 1 }] }, 'Items: Name must be provided.'],
    ['long number', { ...minimal, orderNumber: 'x'.repeat(51) }, 'OrderNumber must not exceed 50 characters'],
  ])('refuses an order over its %s as an exception with status 500', async (_name, body, reason) => {
    expect(await post(body)).toMatchObject({ status: 500, body: { ExceptionMessage: reason, StackTrace: expect.any(String) } });
    expect(simulator.ledger()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['apiOrder.orderDate', { ...minimal, orderDate: '2026-02-11T08:00:00Z' }],
    ['apiOrder.orderDate', { ...minimal, orderDate: '2026-02-30T08:00:00' }],
    ['apiOrder.amountPaid', { ...minimal, amountPaid: '2.50' }],
    ['apiOrder.taxAmount', { ...minimal, taxAmount: 0.123 }],
    ['apiOrder.orderStatus', { ...minimal, orderStatus: 'canceled' }],
    ['apiOrder.items[0].quantity', { ...minimal, items: [{ name: 'Card', quantity: 1.5 }] }],
    ['apiOrder', '{"orderNumber":'],
  ])('refuses the model over %s', async (path, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { Message: 'The request is invalid.', ModelState: { [path]: [expect.any(String)] } } });
  });

  it('lists the goods of an order without discounts and other adjustments', async () => {
    const line = (lineItemKey: string, change: object = {}): object => ({ lineItemKey, name: 'Card', quantity: 1, unitPrice: 2.5, ...change });
    await post({ ...minimal, items: [line('N-1-1'), line('N-1-2', { adjustment: false }), line('discount', { adjustment: true, unitPrice: -1 }), minimal.items[0]] });
    expect(simulator.ledger()).toMatchObject([{ items: 4, goods: ['N-1-1', 'N-1-2'] }]);
  });

  it('refuses other methods, paths and media types', async () => {
    expect((await call(simulator.url, '/orders/createorder')).status).toBe(405);
    expect((await call(simulator.url, '/v1/orders')).status).toBe(404);
    expect((await call(simulator.url, '/orders/createorder', minimal, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('answers with ids over 32 bits, an upper-case address and item ids', async () => {
    const { body } = await post(minimal);
    expect(body).toMatchObject({ orderNumber: 'N-1', orderTotal: 2.5, shipTo: { city: 'PORTSEND', addressVerified: 'Address validated successfully' }, billTo: { name: 'Ada' }, items: [{ orderItemId: expect.any(Number) }] });
    expect(body['orderId']).toBeGreaterThan(2 ** 32);
  });

  it('updates by key, refuses to once shipped, keeps the store, and duplicates without a key', async () => {
    const first = await post({ ...minimal, advancedOptions: { storeId: 9103 } });
    const second = await post({ ...minimal, advancedOptions: { storeId: 9102 } });
    expect(second.body).toMatchObject({ orderId: first.body['orderId'], advancedOptions: { storeId: 9103 } });
    await call(simulator.url, '/orders/markasshipped', { orderId: first.body['orderId'], carrierCode: 'fedex' });
    expect(await post(minimal)).toMatchObject({ status: 500, body: { ExceptionMessage: 'Order cannot be updated because it is shipped.' } });
    await post({ ...minimal, orderKey: undefined });
    await post({ ...minimal, orderKey: undefined });
    expect(simulator.ledger()).toEqual([expect.objectContaining({ account: 'demo', orderNumber: 'N-1', creates: 3, updates: 1 })]);
    expect((await call(simulator.url, '/__simulator/ledger')).body).toMatchObject({ orders: 1, creates: 3, duplicates: 2 });
  });

  it('pages the search, and reports 0 pages when there is one', async () => {
    for (let index = 0; index < 7; index += 1) await post({ ...minimal, orderNumber: `N-${index}`, orderKey: `k-${index}` });
    const page = (query: string): Promise<Reply> => call(simulator.url, `/orders?orderNumber=N-&${query}`);
    expect((await page('pageSize=3&page=3')).body).toMatchObject({ total: 7, page: 3, pages: 3, orders: [{ orderNumber: 'N-6' }] });
    expect((await page('pageSize=500')).body).toMatchObject({ total: 7, pages: 0 });
    for (const bad of ['pageSize=501', 'pageSize=0', 'page=0', 'sortBy=Name', 'storeId=x']) expect((await page(bad)).status).toBe(400);
  });

  it('takes at most 100 rows in one call and reports row by row', async () => {
    const rows = (count: number): unknown[] => Array.from({ length: count }, (_, index) => ({ ...minimal, orderNumber: `N-${index}`, orderKey: `k-${index}`, ...(index === 1 && { orderDate: null }) }));
    expect((await call(simulator.url, '/orders/createorders', rows(101))).status).toBe(400);
    expect(await call(simulator.url, '/orders/createorders', rows(3))).toMatchObject({
      status: 200, body: { hasErrors: true, results: [{ success: true }, { success: false, orderId: null, orderKey: 'k-1', errorMessage: 'OrderDate Is Required' }, { success: true }] },
    });
    expect(simulator.ledger()).toHaveLength(2);
  });

  it('counts requests per key and tells when the window ends', async () => {
    const limited = await startShipStationSimulator({ accounts: [{ ...account, requestsPerMinute: 2 }, { apiKey: 'b', apiSecret: 'c', requestsPerMinute: 2 }] });
    const replies = [await call(limited.url, '/stores'), await call(limited.url, '/stores'), await call(limited.url, '/stores')];
    expect(replies.map(({ status, headers }) => [status, headers.get('x-rate-limit-limit'), headers.get('x-rate-limit-remaining')])).toEqual([[200, '2', '1'], [200, '2', '0'], [429, '2', '0']]);
    expect(replies[2]!.body).toEqual({ message: 'Too Many Requests' });
    expect(Number(replies[2]!.headers.get('x-rate-limit-reset'))).toBeGreaterThan(55);
    expect((await call(limited.url, '/stores', undefined, { authorization: `Basic ${Buffer.from('b:c').toString('base64')}` })).status).toBe(200);
    await limited.close();
  });

  it('takes faults over its control address and forgets everything on reset', async () => {
    await call(simulator.url, '/__simulator/faults', [{ kind: 'error-500', account: 'demo', count: 1 }]);
    expect((await post(minimal)).status).toBe(500);
    expect((await post(minimal)).status).toBe(200);
    await call(simulator.url, '/__simulator/reset', {});
    expect(simulator.ledger()).toEqual([]);
  });
});

describe('simulator process', () => {
  let folder: string;
  let child: ChildProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shipstation-simulator-'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ accounts: [account] }));
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  async function start(): Promise<string> {
    const main = new URL('../simulator/main.ts', import.meta.url).pathname;
    child = spawn(process.execPath, [main], {
      env: { ...process.env, SIMULATOR_PORT: '0', SIMULATOR_CONFIG: join(folder, 'config.json'), SIMULATOR_DATA_FILE: join(folder, 'data.jsonl') }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return (JSON.parse(line.toString()) as { url: string }).url;
  }

  it('keeps every order that it answered for when it is killed, and drops a line that was cut', async () => {
    let url = await start();
    const text = (index: number): string => JSON.stringify({ ...minimal, orderNumber: `N-${index}`, orderKey: `k-${index}` }, null, index % 2);
    const before = await Promise.all(Array.from({ length: 300 }, (_, index) => call(url, '/orders/createorder', text(index))));
    child.kill('SIGKILL');
    await once(child, 'exit');
    appendFileSync(join(folder, 'data.jsonl'), '{"account":"demo","op":"cre');

    url = await start();
    const again = await call(url, '/orders/createorder', { ...minimal, orderNumber: 'N-7', orderKey: 'k-7' });
    expect(again.body['orderId']).toBe(before[7]!.body['orderId']);
    const fresh = await call(url, '/orders/createorder', { ...minimal, orderNumber: 'N-new', orderKey: 'k-new' });
    expect(new Set(before.map(({ body }) => body['orderId'])).has(fresh.body['orderId'])).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');

    url = await start();
    expect((await call(url, '/__simulator/ledger?limit=1')).body).toMatchObject({ orders: 301, creates: 301, updates: 1, duplicates: 0, next: 1 });
    expect((await call(url, '/orders?orderNumber=N-new')).body).toMatchObject({ total: 1, orders: [{ orderKey: 'k-new' }] });
  });
});
