import { afterEach, describe, expect, it } from '@jest/globals';
import { validator, type PushResult, type PushWorkItem } from '@pes/contracts';
import { createBreakers, type Breakers } from '../src/breaker.ts';
import { createAccountLimiter } from '../src/account-limiter.ts';
import type { BulkPush, Connector, PushOutcome } from '../src/connector.ts';
import { processPushWork, type PushHost } from '../src/process-push-work.ts';
import { breakerSettings, createHost, noted, nowMs } from './toy-host.ts';
import { accountId, pushWork, toyConnector, workItem, type ToyOptions } from './toy-work.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
let breakers: Breakers;
let opened = 0;

afterEach(() => breakers.stop());

/** Calls of the connector in order; one order of the account at a time, so that counts are exact. */
function hostFor(connector: Connector): PushHost {
  opened = 0;
  breakers = createBreakers({ settings: breakerSettings, onOpened: () => { opened += 1; } });
  return createHost(connector, { log: [] }, { breakers, limiter: createAccountLimiter(1) });
}

async function run(items: PushWorkItem[], host: PushHost, deliveryCount = 1): Promise<PushResult[]> {
  const results: PushResult[] = [];
  await processPushWork({ work: pushWork(items, 'sealed'), deliveryCount }, host, ({ text }) => results.push(JSON.parse(text) as PushResult));
  expect(validator('push-outcome')({ provider: 'toy', accountId, results })).toMatchObject({ ok: true });
  return results;
}

const orders = (count: number, change: Partial<PushWorkItem> = {}): PushWorkItem[] => Array.from({ length: count }, (_, index) => workItem(nowMs, change, `O-${index}`));

/** Makes one request and then says `outcome`. */
const saying = (outcome: PushOutcome): NonNullable<ToyOptions['push']> => async (_order, { http }) => {
  await http.request({ method: 'POST', url: 'https://toy.example/' });
  return outcome;
};
const lost: PushOutcome = { kind: 'unknown', code: 'connection_lost', message: 'gone' };

describe('single calls and the breaker', () => {
  it('ten lost answers open it; further orders are certainly not sent and say when to come again', async () => {
    const calls: string[] = [];
    const host = hostFor(noted({ push: saying(lost) }, calls));
    const results = await run(orders(14), host);
    expect(calls).toHaveLength(10);
    expect(opened).toBe(1);
    for (const { outcome, exchanges } of results.slice(10)) {
      expect(outcome).toMatchObject({ kind: 'retry', code: 'breaker_open', message: expect.stringContaining('nothing was sent') });
      expect('afterMs' in outcome && outcome.afterMs).toBeGreaterThan(29_000);
      expect(exchanges).toEqual([]);
    }
  });

  it.each<[string, PushOutcome]>([
    ['refused orders', { kind: 'rejected', code: 'validation', message: 'no' }],
    ['slowing down', { kind: 'retry', code: 'rate_limited', message: 'slow' }],
    ['refused credentials', { kind: 'blocked', code: 'auth', message: 'key' }],
    ['duplicates', { kind: 'duplicate', providerRef: 'x' }],
    ['an acknowledgement without confirmation', { kind: 'unknown', code: 'awaiting_confirmation', message: 'later' }],
  ])('%s do not open it', async (_name, outcome) => {
    const host = hostFor(toyConnector({ push: saying(outcome) }));
    const results = await run(orders(20), host);
    expect(results.map((result) => result.outcome.kind)).toEqual(Array(20).fill(outcome.kind));
    expect(opened).toBe(0);
  });

  it('trouble without any request, and bugs, do not open it', async () => {
    expect((await run(orders(20), hostFor(toyConnector({ push: async () => lost })))).every(({ outcome }) => outcome.kind === 'unknown')).toBe(true);
    expect(opened).toBe(0);
    await run(orders(20), hostFor(toyConnector({ push: async () => { throw new Error('bug'); } })));
    expect(opened).toBe(0);
  });

  it('lookups count, and an order that may have been sent before is unknown, not "not sent", when it is open', async () => {
    const calls: string[] = [];
    const host = hostFor(noted({
      async lookup(_order, { http }) {
        await http.request({ method: 'GET', url: 'https://toy.example/' });
        return { kind: 'unclear', code: 'timeout', message: 'late' };
      },
    }, calls));
    const item = { mode: 'check-then-send', firstSentAt: iso(nowMs - 50_000) } as const;
    const results = await run(orders(11, item), host);
    expect(calls).toHaveLength(10);
    expect(results[10]?.outcome).toMatchObject({ kind: 'unknown', code: 'breaker_open', afterMs: expect.any(Number) });
    const [again] = await run([workItem(nowMs, {}, 'again')], host, 2);
    expect(again?.outcome).toMatchObject({ kind: 'unknown', code: 'breaker_open' });
  });
});

describe('bulk calls and the breaker', () => {
  function bulkHost(outcome: PushOutcome, calls: string[]): PushHost {
    const push: BulkPush['push'] = async (many, { http }) => {
      calls.push(`bulk of ${many.length}`);
      await http.request({ method: 'POST', url: 'https://toy.example/many' });
      return many.map(() => ({ outcome }));
    };
    return hostFor({ ...noted({}, calls), pushMany: { maxOrders: 5, push } });
  }

  it('one lost bulk call is one failure; at the tenth nothing more is called', async () => {
    const calls: string[] = [];
    const results = await run(orders(50), bulkHost(lost, calls));
    expect(calls).toEqual(Array(10).fill('bulk of 5'));
    expect(opened).toBe(1);
    expect(results.every(({ outcome }) => outcome.kind === 'unknown')).toBe(true);
  });

  it('orders of a refused bulk call are certainly not sent', async () => {
    const calls: string[] = [];
    const host = bulkHost(lost, calls);
    await run(orders(50), host);
    const results = await run(orders(7), host);
    expect(calls).toHaveLength(10);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(7).fill(expect.objectContaining({ kind: 'retry', code: 'breaker_open' })));
  });

  it('accepted ones keep it closed', async () => {
    await run(orders(50), bulkHost({ kind: 'accepted', providerRef: 'x' }, []));
    expect(opened).toBe(0);
  });
});
