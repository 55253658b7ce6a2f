import { describe, expect, it } from '@jest/globals';
import { validator, type PushResult, type PushWorkItem } from '@pes/contracts';
import type { BulkOutcome, BulkPush, Connector } from '../src/connector.ts';
import { processPushWork, type PushHost } from '../src/process-push-work.ts';
import { createHost, noted, nowMs } from './toy-host.ts';
import { accountId, pushWork, workItem } from './toy-work.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const item = (reference: string, change: Partial<PushWorkItem> = {}): PushWorkItem => workItem(nowMs, change, reference);

interface Trial { host: PushHost; calls: string[]; log: string[] }

/** A connector with a bulk call, whose single calls are noted as well. */
function trial(push: BulkPush['push'], change: { maxOrders?: number; visibilityDelayMs?: number } = {}): Trial {
  const [calls, log]: [string[], string[]] = [[], []];
  const connector: Connector = {
    ...noted({ manifest: { visibilityDelayMs: change.visibilityDelayMs ?? 0 } }, calls),
    pushMany: {
      maxOrders: change.maxOrders ?? 50,
      async push(orders, context) {
        calls.push(orders.map(({ reference }) => reference).join('+'));
        return push(orders, context);
      },
    },
  };
  return { host: createHost(connector, { log }), calls, log };
}

const acceptAll: BulkPush['push'] = async (orders) => orders.map(({ reference }): BulkOutcome => ({ outcome: { kind: 'accepted', providerRef: `P-${reference}` } }));

async function run(items: PushWorkItem[], { host }: Trial, deliveryCount = 1): Promise<PushResult[]> {
  const results: PushResult[] = [];
  await processPushWork({ work: pushWork(items, 'sealed'), deliveryCount }, host, ({ text }) => results.push(JSON.parse(text) as PushResult));
  expect(validator('push-outcome')({ provider: 'toy', accountId, results })).toMatchObject({ ok: true });
  return results;
}

describe('bulk calls', () => {
  it('carry orders that were never sent, as many as the provider takes, and give each its own outcome', async () => {
    const bulk = trial(acceptAll, { maxOrders: 2 });
    const items = ['A', 'B', 'C', 'D'].map((reference) => item(reference));
    const results = await run(items, bulk);
    expect(bulk.calls).toEqual(['A+B', 'C+D']);
    expect(results.map(({ pushId, outcome }) => [pushId, outcome])).toEqual(items.map(({ pushId, push }) => [pushId, { kind: 'accepted', providerRef: `P-${push.reference}` }]));
  });

  it('leave out what may have been sent before, and a single order goes alone', async () => {
    const bulk = trial(acceptAll);
    await run([item('A'), item('B', { mode: 'check-then-send', firstSentAt: iso(nowMs - 50_000) })], bulk);
    expect(bulk.calls.toSorted()).toEqual(['lookup', 'push', 'push']);
    const again = trial(acceptAll);
    await run([item('A', { claimedAt: iso(nowMs - 50_000) }), item('B', { claimedAt: iso(nowMs - 50_000) })], again, 2);
    expect(again.calls.toSorted()).toEqual(['lookup', 'lookup']);
  });

  it('carry a claim once that stands in the message twice', async () => {
    const bulk = trial(acceptAll);
    const [a, b] = [item('A'), item('B')];
    expect(await run([a, b, a], bulk)).toHaveLength(2);
    expect(bulk.calls).toEqual(['A+B']);
  });

  it('are not made when the time of one order is over', async () => {
    const bulk = trial(acceptAll);
    const results = await run([item('A'), item('B', { leaseUntil: iso(nowMs) })], bulk);
    expect(bulk.calls).toEqual(['push']);
    expect(results.map(({ outcome }) => outcome.kind).toSorted()).toEqual(['accepted', 'retry']);
  });

  it.each<[string, BulkPush['push']]>([
    ['throw', async () => { throw new Error('bug'); }],
    ['answer for fewer orders than they were given', async (orders, context) => (await acceptAll(orders, context)).slice(1)],
  ])('that %s leave every order unknown', async (_name, push) => {
    const bulk = trial(push);
    const results = await run([item('A'), item('B')], bulk);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(2).fill(expect.objectContaining({ kind: 'unknown', code: 'connector_error' })));
    expect(bulk.log).toEqual(['the connector failed on a bulk call']);
  });

  it('have unknown outcomes looked into once the orders must be visible', async () => {
    const bulk = trial(async (orders) => orders.map(() => ({ outcome: { kind: 'unknown', code: 'timeout', message: 'm' } })), { visibilityDelayMs: 7_000 });
    for (const { outcome } of await run([item('A'), item('B')], bulk)) expect(outcome).toMatchObject({ kind: 'unknown', afterMs: 7_000 });
  });

  it('are logged with each order by its own part, masked', async () => {
    const bulk = trial(async (orders, { http }) => {
      await http.request({ method: 'POST', url: 'https://toy.example/many', body: JSON.stringify(orders.map(({ reference }) => reference)) });
      return orders.map(({ reference }) => ({ outcome: { kind: 'accepted', providerRef: 'x' }, request: { reference, key: 'toy-secret-1' }, answer: { reference } }));
    });
    const results = await run([item('A'), item('B')], bulk);
    expect(results.map(({ exchanges }) => exchanges.map(({ requestBody, responseBody }) => [requestBody, responseBody]))).toEqual(
      ['A', 'B'].map((reference) => [[`{"reference":"${reference}","key":"[masked]"}`, `{"reference":"${reference}"}`]]));
  });
});
