import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { startSiteFlowSimulator, type LedgerLine, type SimulatedAccount, type SiteFlowSimulator } from '../simulator/index.ts';

const one: SimulatedAccount = { flavour: 'oneflow', token: '11', secret: 's-one', sourceAccount: 'src.one', destinations: ['hp.dest'], skus: ['CARD'], requestsPerMinute: 10_000 };
const old: SimulatedAccount = { flavour: 'printos', token: 'k2', secret: 's-old', sourceAccount: 'src.old', destinations: ['hp.dest'], skus: ['CARD'] };

/** The members that the tests look at; toMatchObject and toEqual see the rest. */
interface Body {
  _id?: string;
  message?: string;
  error: { name?: string };
  order: { _id: string; orderData: { sourceOrderId: string } };
  orderData: { status: string };
}
interface Answer { status: number; body: Body }

/** Signs without the connector's code, and lets a test get any part wrong. */
async function call(url: string, account: SimulatedAccount, changes: { method?: string; body?: unknown; date?: string; algorithm?: string | null; text?: string } = {}): Promise<Answer> {
  const { method = 'GET', date = new Date().toISOString(), algorithm = 'SHA256' } = changes;
  const path = decodeURIComponent(new URL(url).pathname).replace('/siteflow', '');
  const text = changes.text ?? `${method} ${path}${account.flavour === 'oneflow' ? ' ' : ''}${date}`;
  const signature = createHmac((algorithm ?? 'SHA1').toLowerCase(), account.secret).update(text).digest('hex');
  const names = account.flavour === 'oneflow' ? ['x-oneflow-authorization', 'x-oneflow-date', 'x-oneflow-algorithm'] : ['x-hp-hmac-authentication', 'x-hp-hmac-date', 'x-hp-hmac-algorithm'];
  const headers: Record<string, string> = { [names[0]!]: `${account.token}:${signature}`, [names[1]!]: date };
  if (algorithm !== null) headers[names[2]!] = algorithm;
  const response = await fetch(url, { method, headers, ...(changes.body === undefined ? {} : { body: JSON.stringify(changes.body) }) });
  return { status: response.status, body: (await response.json()) as Body };
}

function document(sourceOrderId: string, changes: Record<string, unknown> = {}): unknown {
  return {
    destination: { name: 'hp.dest' },
    orderData: {
      sourceOrderId, amount: 0, items: [{ sourceItemId: `${sourceOrderId}-1`, sku: 'CARD', quantity: 5, components: [{ code: 'Content', path: 'https://cdn.example.org/a.pdf', fetch: true }] }],
      shipments: [{ shipTo: { name: 'A', address1: 'B', town: 'C', isoCountry: 'GB' }, carrier: { alias: 'ground' } }], whatever: 'is ignored', ...changes,
    },
  };
}

describe('Site Flow simulator', () => {
  let simulator: SiteFlowSimulator;
  beforeAll(async () => {
    simulator = await startSiteFlowSimulator({ accounts: [one, old], asyncDelayMs: 0 });
  });
  afterAll(() => simulator.close());

  it('accepts right signatures of both flavours, in every notation of the time', async () => {
    const sku = `${simulator.url}/api/sku?page=1&pagesize=1`;
    expect((await call(sku, one)).status).toBe(200);
    expect((await call(sku, one, { date: String(Math.floor(Date.now() / 1000)) })).status).toBe(200);
    expect((await call(sku, one, { algorithm: 'SHA1' })).status).toBe(200);
    expect((await call(sku, one, { algorithm: null })).status).toBe(200);
    expect((await call(sku, old)).status).toBe(200);
    expect((await call(`${simulator.url}/siteflow/api/sku`, old)).status).toBe(200);
    expect((await call(`${simulator.url}/api/order/bysourceid/A%20B`, one)).status).toBe(404);
  });

  it.each([
    ['an encoded path that was signed encoded', one, (date: string) => ({ url: '/api/order/bysourceid/A%20B', text: `GET /api/order/bysourceid/A%20B ${date}` })],
    ['a signed query', one, (date: string) => ({ url: '/api/sku?page=1', text: `GET /api/sku?page=1 ${date}` })],
    ['oneflow without the space', one, (date: string) => ({ url: '/api/sku', text: `GET /api/sku${date}` })],
    ['another method', one, (date: string) => ({ url: '/api/sku', text: `POST /api/sku ${date}` })],
    ['printos with a space', old, (date: string) => ({ url: '/api/sku', text: `GET /api/sku ${date}` })],
    ['printos with its prefix', old, (date: string) => ({ url: '/siteflow/api/sku', text: `GET /siteflow/api/sku${date}` })],
  ])('refuses %s', async (_name, account, make) => {
    const date = new Date().toISOString();
    const { url, text } = make(date);
    const answer = await call(simulator.url + url, account, { date, text });
    expect([answer.status, answer.body.message ?? answer.body.error.name]).toEqual(account === one ? [401, 'Unauthorized'] : [400, 'Not Authorized']);
  });

  it('refuses old and future dates, SHA1 at printos, unknown tokens, and tokens of the other flavour', async () => {
    const sku = `${simulator.url}/api/sku`;
    for (const offsetMs of [-6 * 60_000, 6 * 60_000]) expect((await call(sku, one, { date: new Date(Date.now() + offsetMs).toISOString() })).status).toBe(401);
    expect((await call(sku, one, { date: 'yesterday' })).status).toBe(401);
    expect(await call(sku, old, { algorithm: 'SHA1' })).toEqual({ status: 400, body: { message: 'Not Authorized' } });
    expect((await call(sku, { ...one, token: '12' })).body).toEqual({ message: 'Token Not Found' });
    expect((await call(sku, { ...one, flavour: 'printos' })).body).toEqual({ message: 'Token Not Found' });
    expect((await fetch(sku)).status).toBe(401);
  });

  it('knows only POST /api/order on the submit host', async () => {
    for (const [method, path] of [['POST', '/api/order/validate'], ['GET', '/api/order/bysourceid/X']] as const) {
      expect(await call(simulator.submitUrl + path, one, { method })).toEqual({ status: 403, body: { message: 'Missing Authentication Token' } });
    }
  });

  it('acknowledges a duplicate with a new id and drops it later', async () => {
    const submit = () => call(`${simulator.submitUrl}/api/order`, one, { method: 'POST', body: document('DUP-1') });
    const [first, second] = [await submit(), await submit()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body._id).not.toBe(first.body._id);
    expect(simulator.ledger().find((line) => line.sourceOrderId === 'DUP-1')).toEqual({ account: 'src.one', sourceOrderId: 'DUP-1', orderId: first.body._id, submissions: 2, refused: 0, stored: true, items: 1, sourceItemIds: ['DUP-1-1'] });
    expect(simulator.submissionErrors()).toContainEqual({ account: 'src.one', sourceOrderId: 'DUP-1', orderId: second.body._id, errors: ['Source Order ID already exists - At path orderData.sourceOrderId'] });
    expect((await call(`${simulator.url}/api/order/${second.body._id}`, one)).status).toBe(404);
  });

  it('acknowledges a bad order, drops it, and shows why on the submission errors page', async () => {
    const { body } = await call(`${simulator.submitUrl}/api/order`, one, { method: 'POST', body: document('BAD-1', { items: [] }) });
    expect((await call(`${simulator.url}/api/order/bysourceid/BAD-1`, one)).status).toBe(404);
    expect(simulator.submissionErrors()).toContainEqual({ account: 'src.one', sourceOrderId: 'BAD-1', orderId: body._id, errors: ['At least one item is required - At path orderData.items'] });
  });

  it('refuses a duplicate at once on the management host, and counts it', async () => {
    const submit = () => call(`${simulator.url}/siteflow/api/order`, old, { method: 'POST', body: document('DUP-2') });
    const [first, second] = [await submit(), await submit()];
    expect([first.status, first.body.order.orderData.sourceOrderId]).toEqual([201, 'DUP-2']);
    expect(second).toMatchObject({ status: 400, body: { error: { code: 208, validations: [{ message: 'Source Order ID already exists' }] } } });
    expect(simulator.ledger().find((line) => line.sourceOrderId === 'DUP-2')).toMatchObject({ submissions: 1, refused: 1 });
  });

  it('keeps the orders of accounts apart', async () => {
    await call(`${simulator.url}/api/order`, old, { method: 'POST', body: document('MINE-1') });
    expect((await call(`${simulator.url}/api/order/bysourceid/MINE-1`, old)).status).toBe(200);
    expect((await call(`${simulator.url}/api/order/bysourceid/MINE-1`, one)).status).toBe(404);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['number of more than 25 characters', { sourceOrderId: 'X'.repeat(26) }, 'orderData.sourceOrderId'],
    ['amount as text', { amount: '5.00' }, 'orderData.amount'],
    ['no shipment', { shipments: [] }, 'orderData.shipments'],
    ['item of a missing shipment', { items: [{ sourceItemId: 'a', sku: 'CARD', quantity: 1, shipmentIndex: 3, components: [{ code: 'Content', path: 'https://a.example' }] }] }, 'orderData.items.0.shipmentIndex'],
    ['missing component', { items: [{ sourceItemId: 'a', sku: 'CARD', quantity: 1, components: [] }] }, 'orderData.items.0.components'],
    ['component without a path', { items: [{ sourceItemId: 'a', sku: 'CARD', quantity: 1, components: [{ code: 'Content' }] }] }, 'orderData.items.0.components.0.path'],
    ['unknown stock code', { stockItems: [{ code: 'NONE', quantity: 1 }] }, 'orderData.stockItems.0.code'],
    ['address without country', { shipments: [{ shipTo: { name: 'A', address1: 'B', town: 'C' }, carrier: { alias: 'ground' } }] }, 'orderData.shipments.0.shipTo.isoCountry'],
  ])('refuses: %s', async (_name, changes, path) => {
    const answer = await call(`${simulator.url}/api/order/validate`, one, { method: 'POST', body: document('V-1', changes) });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 208, message: 'Validation Failed', validations: expect.arrayContaining([expect.objectContaining({ path })]) });
  });

  it('cancels by number and by id, once', async () => {
    const { body } = await call(`${simulator.url}/api/order`, one, { method: 'POST', body: document('C-1') });
    expect(await call(`${simulator.url}/api/order/src.one/C-1/cancel`, one, { method: 'PUT' })).toEqual({ status: 200, body: { success: true, order: { _id: body.order._id } } });
    expect((await call(`${simulator.url}/api/order/${body.order._id}/cancel`, one, { method: 'PUT' })).status).toBe(400);
    expect((await call(`${simulator.url}/api/order/bysourceid/C-1`, one)).body.orderData.status).toBe('cancelled');
    expect((await call(`${simulator.url}/api/order/src.one/C-404/cancel`, one, { method: 'PUT' })).status).toBe(404);
  });

  it('limits the requests of a token within a minute', async () => {
    const limited = await startSiteFlowSimulator({ accounts: [{ ...one, requestsPerMinute: 3 }] });
    try {
      const statuses: number[] = [];
      // A minute may end in between; two rounds of four cannot both be split.
      for (let n = 0; n < 8; n += 1) statuses.push((await call(`${limited.url}/api/sku`, one)).status);
      expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
      expect(statuses).toContain(429);
    } finally {
      await limited.close();
    }
  });

  it('judges dates by its own clock', async () => {
    const ahead = await startSiteFlowSimulator({ accounts: [one], clockSkewMs: 10 * 60_000 });
    try {
      expect((await call(`${ahead.url}/api/sku`, one)).status).toBe(401);
    } finally {
      await ahead.close();
    }
  });

  it('takes faults and resets over HTTP, and names what it does not know', async () => {
    const post = (path: string, body: unknown) => fetch(`${simulator.url}/__simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post('faults', { kind: '503', step: 'sku', times: 2 })).status).toBe(200);
    expect([(await call(`${simulator.url}/api/sku`, one)).status, (await call(`${simulator.url}/api/sku`, one)).status, (await call(`${simulator.url}/api/sku`, one)).status]).toEqual([503, 503, 200]);
    const unknown = await post('faults', [{ kind: 'earthquake' }]);
    expect([unknown.status, (await unknown.text()).includes('earthquake')]).toEqual([400, true]);
    expect((await post('reset', {})).status).toBe(200);
    expect(await (await fetch(`${simulator.url}/__simulator/ledger`)).json()).toEqual([]);
  });
});

describe('simulator process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-flow-simulator-'));
  let child: ChildProcess | undefined;
  afterAll(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(round: number): Promise<{ port: number; submitPort: number; pid: number; name: string }> {
    const [config, ready] = [join(folder, 'config.json'), join(folder, `ready-${round}.json`)];
    writeFileSync(config, JSON.stringify({ accounts: [one], asyncDelayMs: 0 }));
    child = spawn(process.execPath, [fileURLToPath(new URL('../simulator/main.ts', import.meta.url))], {
      stdio: 'inherit', env: { ...process.env, SIMULATOR_CONFIG: config, SIMULATOR_PORT: '0', SIMULATOR_SUBMIT_PORT: '0', SIMULATOR_DATA_FILE: join(folder, 'data.jsonl'), READY_FILE: ready },
    });
    await waitUntil(() => existsSync(ready), { timeoutMs: 15_000 });
    return JSON.parse(readFileSync(ready, 'utf8')) as Awaited<ReturnType<typeof start>>;
  }

  it('comes back after SIGKILL with every order that it answered for', async () => {
    const first = await start(1);
    expect(first).toMatchObject({ name: 'hp-site-flow-simulator', pid: child?.pid });
    for (const number of ['K-1', 'K-2', 'K-2']) await call(`http://127.0.0.1:${first.submitPort}/api/order`, one, { method: 'POST', body: document(number) });
    const gone = once(child!, 'exit');
    child!.kill('SIGKILL');
    await gone;

    const second = await start(2);
    const ledger = (await (await fetch(`http://127.0.0.1:${second.port}/__simulator/ledger`)).json()) as LedgerLine[];
    expect(ledger.map(({ sourceOrderId, submissions, stored }) => [sourceOrderId, submissions, stored])).toEqual([['K-1', 1, true], ['K-2', 2, true]]);
    expect((await call(`http://127.0.0.1:${second.port}/api/order/bysourceid/K-1`, one)).status).toBe(200);
  });
});
