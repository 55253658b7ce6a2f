import type { PushOrder } from '@pes/connector-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PushOutcome } from '@pes/contracts';
import { waitUntil } from '@pes/testkit';
import { connector } from '../src/index.ts';
import type { Fault, LedgerLine } from '../simulator/index.ts';
import { sampleAddress, sampleFile, samplePush, samplePushItem } from './sample-push.ts';
import { canary, firstAttempt, startSide, type SimulatedSide } from './simulated-account.ts';

const minute = 60_000;
/** Long enough for a busy machine; only an answer that never comes is worth waiting less for. */
const timeoutFor = (kind: Fault['kind']): number => (kind === 'hang' ? 500 : 5_000);
const outcomes: PushOutcome[] = [];

async function push(side: SimulatedSide, order: PushOrder, changes: Parameters<SimulatedSide['context']>[0] = {}): Promise<PushOutcome> {
  const outcome = await connector.push(order, side.context(changes), firstAttempt);
  outcomes.push(outcome);
  return outcome;
}

const lookup = (side: SimulatedSide, order: PushOrder, earlier = firstAttempt) => connector.lookup!(order, side.context(), earlier);

function ledgerOf(side: SimulatedSide, order: PushOrder): LedgerLine | undefined {
  return side.simulator.ledger().find((line) => line.sourceOrderId === order.reference);
}

const posts = (side: SimulatedSide): string[] => side.calls.filter(({ request }) => request.method === 'POST').map(({ request }) => new URL(request.url).pathname);

describe.each(['oneflow', 'printos'] as const)('push to Site Flow, %s', (flavour) => {
  let side: SimulatedSide;
  beforeAll(async () => {
    side = await startSide(flavour);
  });
  afterEach(() => {
    side.simulator.setFault();
    side.calls.length = 0;
  });
  afterAll(() => side.stop());

  it('accepts a good order: look up, validate, submit once, and the order is there', async () => {
    const order = samplePush();
    const outcome = await push(side, order);
    const line = ledgerOf(side, order);
    expect(outcome).toEqual({ kind: 'accepted', providerRef: line?.orderId });
    expect(line).toMatchObject({ submissions: 1, stored: true, items: 1, account: side.account.sourceAccount });
    expect(posts(side)).toEqual(['/api/order/validate', '/api/order']);
    expect(side.calls.length).toBeLessThanOrEqual(connector.manifest.rateLimit.requestsPerPush);
  });

  it('accepts several addresses, a two-file product and a stock item in one order', async () => {
    const files = [sampleFile('inner.pdf'), sampleFile('outer.pdf')];
    const order = samplePush([
      samplePushItem(1),
      samplePushItem(2, { item: { files, shipTo: sampleAddress({ city: 'Dover' }) }, product: { externalId: 'BROCHURE-28', settings: { componentCodes: ['text', 'cover'] } } }),
      samplePushItem(3, { item: { files: [] }, product: { externalId: 'TWINE-10M', settings: { pickFromStock: true } } }),
    ]);
    expect(await push(side, order)).toMatchObject({ kind: 'accepted' });
    expect(ledgerOf(side, order)).toMatchObject({ submissions: 1, stored: true, items: 3 });
  });

  it('sends the same push once, however often it is asked to', async () => {
    const order = samplePush();
    const first = await push(side, order);
    side.calls.length = 0;
    const second = await push(side, order);
    expect(side.calls.map(({ request }) => request.method)).toEqual(['GET']);
    expect(second).toMatchObject({ kind: 'duplicate', providerRef: (first as { providerRef: string }).providerRef });
    expect(ledgerOf(side, order)).toMatchObject({ submissions: 1, refused: 0 });
  });

  it('refuses to adopt another order under the same number', async () => {
    const order = samplePush();
    await push(side, order);
    const stranger = samplePush(undefined, { reference: order.reference });
    expect(await push(side, stranger)).toMatchObject({ kind: 'rejected', code: 'duplicate_foreign' });
    expect(await lookup(side, stranger)).toMatchObject({ kind: 'rejected', code: 'duplicate_foreign' });
    expect(ledgerOf(side, order)).toMatchObject({ submissions: 1, refused: 0 });
  });

  it('adopts its own order when the number turns out to be taken after the lookup', async () => {
    const order = samplePush();
    const first = await push(side, order);
    side.simulator.setFault({ kind: 'empty-200', step: 'lookup' });
    expect(await push(side, order)).toMatchObject({ kind: 'retry', code: 'answer_unreadable' });
    const context = side.context();
    let lookups = 0;
    // The first lookup is answered from before the order existed.
    const late: typeof context.http = { request: async (request) => (request.url.includes('bysourceid') && (lookups += 1) === 1
      ? { kind: 'answer', status: 404, headers: {}, body: '{"success":false,"error":{"code":404,"name":"NotFound","message":"none"}}' }
      : context.http.request(request)) };
    expect(await connector.push(order, { ...context, http: late }, firstAttempt)).toMatchObject({ kind: 'duplicate', providerRef: (first as { providerRef: string }).providerRef });
    expect(ledgerOf(side, order)).toMatchObject({ submissions: 1 });
  });

  it.each([
    ['unknown SKU', { product: { externalId: 'NO-SUCH' } }, 'orderData.items.0.sku', /Menu card, SKU NO-SUCH\), sku: Invalid or inactive SKU/],
    ['inactive SKU', { product: { externalId: 'OLD-CARD' } }, 'orderData.items.0.sku', /inactive SKU/],
    ['component code', { product: { settings: { componentCodes: ['Contents'] } } }, 'orderData.items.0.components.0.code', /Contents/],
    ['carrier', { shipping: { alias: 'balloon' } }, 'orderData.shipments.0.carrier', /shipment to Mira Okafor, Portsmouth, carrier: Unknown carrier/],
    ['address', { item: { shipTo: sampleAddress({ city: '' }) } }, 'orderData.shipments.0.shipTo.town', /town is required/],
    ['quantity', { item: { quantity: 1.5 } }, 'orderData.items.0.quantity', /whole number/],
  ])('rejects a wrong %s with its field and a sentence that names the item, before anything is submitted', async (_name, changes, path, message) => {
    const order = samplePush([samplePushItem(1, changes)]);
    const outcome = await push(side, order);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'validation', message: expect.stringMatching(message) });
    expect((outcome as { fields: Array<{ path: string }> }).fields.map((field) => field.path)).toContain(path);
    expect(posts(side)).toEqual(['/api/order/validate']);
    expect(ledgerOf(side, order)).toBeUndefined();
  });

  it('rejects an item without a file, and sends nothing', async () => {
    const order = samplePush([samplePushItem(1, { item: { files: [] } })]);
    expect(await push(side, order)).toMatchObject({ kind: 'rejected', code: 'validation', message: expect.stringContaining('Item 1 (Menu card) has no production file'), fields: [{ path: 'items.1.files' }] });
    expect(posts(side)).toEqual([]);
  });

  const before: Array<[Fault['kind'], string]> = [
    ['reset-before', 'retry connection_lost'], ['hang', 'retry timeout'], ['half-answer', 'retry connection_lost'], ['429', 'retry rate_limited'], ['500', 'retry provider_error'],
    ['503', 'retry provider_error'], ['error-in-200', 'retry provider_error'], ['html-200', 'retry answer_unreadable'], ['html-502', 'retry answer_unreadable'], ['html-404', 'retry answer_unreadable'],
    ['token-not-found', 'blocked auth'], ['not-authorized', 'blocked auth'], ['missing-authentication-token', 'blocked auth'],
  ];
  it.each(before.flatMap(([kind, expected]) => (['lookup', 'validate'] as const).map((step) => [kind, step, expected] as const)))('%s at %s: %s, and nothing is submitted', async (kind, step, expected) => {
    side.simulator.setFault({ kind, step });
    const order = samplePush();
    const outcome = await push(side, order, { timeoutMs: timeoutFor(kind) });
    expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}`).toBe(expected);
    expect(posts(side)).not.toContain('/api/order');
    expect(ledgerOf(side, order)).toBeUndefined();
  });

  it.each([
    ['reset-before', false, 'unknown connection_lost', 0], ['reset-after-accept', false, 'unknown connection_lost', 1], ['half-answer', false, 'unknown connection_lost', 1],
    ['hang', false, 'unknown timeout', 0], ['hang', true, 'unknown timeout', 1], ['429', false, 'retry rate_limited', 0], ['500', false, 'unknown provider_error', 0], ['500', true, 'unknown provider_error', 1],
    ['503', false, 'unknown provider_error', 0], ['html-200', true, 'unknown answer_unreadable', 1], ['html-502', true, 'unknown answer_unreadable', 1], ['empty-200', true, 'unknown answer_unreadable', 1],
    ['error-in-200', true, 'unknown provider_error', 1], ['token-not-found', false, 'blocked auth', 0], ['not-authorized', false, 'blocked auth', 0], ['missing-authentication-token', false, 'blocked auth', 0],
  ] as const)('%s at submit (carried out: %s): %s, never a second submission', async (kind, afterAccept, expected, submissions) => {
    side.simulator.setFault({ kind, step: 'submit', afterAccept });
    const order = samplePush();
    const outcome = await push(side, order, { timeoutMs: timeoutFor(kind) });
    expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}`).toBe(expected);
    expect(posts(side).filter((path) => path === '/api/order')).toHaveLength(1);
    await waitUntil(() => (ledgerOf(side, order)?.submissions ?? 0) === submissions, { timeoutMs: 2_000 });
  });

  it('takes a slow answer as a timeout and finds the order later', async () => {
    side.simulator.setFault({ kind: 'delay', step: 'submit', delayMs: 800 });
    const order = samplePush();
    expect(await push(side, order, { timeoutMs: 500 })).toMatchObject({ kind: 'unknown', code: 'timeout' });
    await waitUntil(() => ledgerOf(side, order)?.stored === true, { timeoutMs: 3_000 });
    expect(await lookup(side, order)).toMatchObject({ kind: 'found' });
  });

  it('reset after accept: unknown, then the lookup finds the order, and a push adopts it', async () => {
    side.simulator.setFault({ kind: 'reset-after-accept', step: 'submit' });
    const order = samplePush();
    expect(await push(side, order)).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
    await waitUntil(() => ledgerOf(side, order)?.stored === true, { timeoutMs: 2_000 });
    const found = await lookup(side, order, { firstSentAtMs: Date.now() - 1_000, providerRef: null });
    expect(found).toMatchObject({ kind: 'found', providerRef: ledgerOf(side, order)?.orderId });
    expect(await push(side, order)).toMatchObject({ kind: 'duplicate' });
    expect(ledgerOf(side, order)).toMatchObject({ submissions: 1 });
  });

  it('reset before anything was carried out: unclear for 15 minutes, then absent', async () => {
    side.simulator.setFault({ kind: 'reset-before', step: 'submit' });
    const order = samplePush();
    expect(await push(side, order)).toMatchObject({ kind: 'unknown' });
    expect(await lookup(side, order, { firstSentAtMs: Date.now() - 14 * minute, providerRef: null })).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation' });
    expect(await lookup(side, order, { firstSentAtMs: Date.now() - 15 * minute, providerRef: null })).toEqual({ kind: 'absent' });
  });

  it('a lookup that fails settles nothing, except that credentials were refused', async () => {
    const order = samplePush();
    side.simulator.setFault({ kind: 'html-404', step: 'lookup' }, { kind: '503', step: 'lookup' }, { kind: '429', step: 'lookup', retryAfterSeconds: 4 }, { kind: 'not-authorized', step: 'lookup' });
    expect(await lookup(side, order)).toMatchObject({ kind: 'unclear', code: 'answer_unreadable' });
    expect(await lookup(side, order)).toMatchObject({ kind: 'unclear', code: 'provider_error' });
    expect(await lookup(side, order)).toMatchObject({ kind: 'unclear', code: 'rate_limited', afterMs: 4_000 });
    expect(await lookup(side, order)).toMatchObject({ kind: 'blocked', code: 'auth' });
    expect(await lookup(side, order)).toEqual({ kind: 'absent' });
  });

  it('submits nothing when the lease is over after the checks', async () => {
    const over = new AbortController();
    const context = side.context();
    const http: typeof context.http = { request: async (request) => {
      const answer = await context.http.request(request);
      if (request.url.endsWith('/validate')) over.abort();
      return answer;
    } };
    const order = samplePush();
    expect(await connector.push(order, { ...context, http, signal: over.signal }, firstAttempt)).toMatchObject({ kind: 'retry', code: 'lease_expired_unsent' });
    expect(ledgerOf(side, order)).toBeUndefined();
  });

  it('blocks the account when key or secret are wrong or missing', async () => {
    for (const credentials of [{ apiSecret: 'wrong' }, { apiToken: 'nobody' }, { apiSecret: '' }]) {
      expect(await push(side, samplePush(), { credentials })).toMatchObject({ kind: 'blocked', code: 'auth' });
    }
  });

  it('rejects, and calls nobody, when the account settings lack the destination', async () => {
    expect(await push(side, samplePush(), { settings: { destinationAccount: '' } })).toMatchObject({ kind: 'rejected', fields: [{ path: 'destinationAccount' }] });
    expect(side.calls).toEqual([]);
  });

  it('check: says whether the account works, else which field is wrong', async () => {
    const check = (changes: Parameters<SimulatedSide['context']>[0] = {}) => connector.check(side.context(changes));
    expect(await check()).toMatchObject({ ok: true, message: expect.stringContaining('hp.pressline') });
    expect(await check({ credentials: { apiToken: 'nobody' } })).toMatchObject({ ok: false, code: 'auth', field: 'apiToken' });
    expect(await check({ credentials: { apiSecret: 'wrong' } })).toMatchObject({ ok: false, code: 'auth', field: 'apiSecret' });
    expect(await check({ settings: { destinationAccount: '' } })).toMatchObject({ ok: false, field: 'destinationAccount' });
    expect(await check({ settings: { apiBaseUrl: 'http://127.0.0.1:1' } })).toMatchObject({ ok: false, code: 'unreachable', field: 'apiBaseUrl' });
    side.simulator.setFault({ kind: 'html-200' }, { kind: 'empty-200' });
    expect(await check()).toMatchObject({ ok: false, code: 'answer_unreadable', field: 'apiBaseUrl' });
    expect(await check()).toMatchObject({ ok: false, code: 'answer_unreadable', field: 'apiBaseUrl' });
  });

  it('lets no secret into an outcome, also when the provider repeats the headers', async () => {
    for (const step of ['lookup', 'validate', 'submit'] as const) {
      side.simulator.setFault({ kind: 'echo-headers', step });
      const outcome = await push(side, samplePush());
      expect(JSON.stringify(outcome)).toContain('***');
      expect(JSON.stringify(outcome)).not.toContain(side.account.token);
    }
    expect(outcomes.length).toBeGreaterThan(20);
    expect(JSON.stringify(outcomes)).not.toContain(canary);
    expect(JSON.stringify(side.calls.map(({ request }) => request))).not.toContain(canary);
  });
});

describe.each(['wrapped', 'list'] as const)('a server that shows orders %s', (orderShape) => {
  it('is read like any other', async () => {
    const side = await startSide('oneflow', { orderShape });
    try {
      const order = samplePush();
      expect(await push(side, order)).toMatchObject({ kind: 'accepted' });
      expect(await push(side, order)).toMatchObject({ kind: 'duplicate' });
    } finally {
      await side.stop();
    }
  });
});
