import { describe, expect, it } from '@jest/globals';
import { validator, type ConnectorManifest, type PushResult, type PushWorkItem } from '@pes/contracts';
import { fail, sleep } from '@pes/kernel';
import { createAccountLimiter } from '../src/account-limiter.ts';
import { createAttemptMemory } from '../src/attempt-memory.ts';
import type { EarlierAttempts, LookupResult, PushOutcome } from '../src/connector.ts';
import { processPushWork, type PushHost } from '../src/process-push-work.ts';
import { createHost, credentials, noted, nowMs } from './toy-host.ts';
import { accountId, pushWork, toyConnector, workItem, type ToyOptions } from './toy-work.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

interface Trial extends ToyOptions {
  item?: Partial<PushWorkItem>;
  deliveryCount?: number;
  host?: Partial<PushHost>;
}

interface Seen { calls: string[]; log: string[]; host: PushHost }

async function run(items: PushWorkItem[], deliveryCount: number, host: PushHost): Promise<PushResult[]> {
  const results: PushResult[] = [];
  await processPushWork({ work: pushWork(items, 'sealed'), deliveryCount }, host, ({ text }) => results.push(JSON.parse(text) as PushResult));
  expect(validator('push-outcome')({ provider: 'toy', accountId, results })).toMatchObject({ ok: true });
  return results;
}

async function attempt({ item = {}, deliveryCount = 1, host = {}, ...connector }: Trial): Promise<Seen & { result: PushResult; outcome: PushOutcome }> {
  const seen = { calls: [] as string[], log: [] as string[] };
  const pushHost = createHost(noted(connector, seen.calls), seen, host);
  const [result] = await run([workItem(nowMs, item)], deliveryCount, pushHost);
  return { ...seen, host: pushHost, result: result!, outcome: result!.outcome };
}

describe('what is called, by delivery, mode, idempotency and lookup', () => {
  type Idempotency = ConnectorManifest['idempotency'];
  type Row = [first: 'first' | 'again', mode: PushWorkItem['mode'], Idempotency, lookup: 'lookup' | 'no lookup', calls: string[], kind: string];
  const rows: Row[] = [
    ['first', 'send', 'key', 'lookup', ['push'], 'accepted'],
    ['first', 'send', 'key', 'no lookup', ['push'], 'accepted'],
    ['first', 'send', 'natural-key', 'lookup', ['push'], 'accepted'],
    ['first', 'send', 'natural-key', 'no lookup', ['push'], 'accepted'],
    ['first', 'send', 'lookup', 'lookup', ['push'], 'accepted'],
    ['first', 'send', 'none', 'lookup', ['push'], 'accepted'],
    ['first', 'send', 'none', 'no lookup', ['push'], 'accepted'],
    ...(['again', 'first'] as const).flatMap((delivery): Row[] => {
      const mode = delivery === 'again' ? 'send' : 'check-then-send';
      return [
        [delivery, mode, 'key', 'lookup', ['push'], 'accepted'],
        [delivery, mode, 'key', 'no lookup', ['push'], 'accepted'],
        [delivery, mode, 'natural-key', 'lookup', ['lookup', 'push'], 'accepted'],
        [delivery, mode, 'natural-key', 'no lookup', ['push'], 'accepted'],
        // Redelivered: another process may hold the first delivery until the lease ends, so an absence proves nothing yet.
        ...(['lookup', 'none'] as const).map((idempotency): Row =>
          (delivery === 'again' ? [delivery, mode, idempotency, 'lookup', ['lookup'], 'unknown'] : [delivery, mode, idempotency, 'lookup', ['lookup', 'push'], 'accepted'])),
        [delivery, mode, 'none', 'no lookup', [], 'unknown'],
      ];
    }),
    ['again', 'check-then-send', 'none', 'no lookup', [], 'unknown'],
    ['again', 'check-then-send', 'lookup', 'lookup', ['lookup'], 'unknown'],
    ['again', 'check-then-send', 'natural-key', 'lookup', ['lookup', 'push'], 'accepted'],
  ];

  it.each(rows)('%s delivery, %s, %s, %s → %j → %s', async (...[delivery, mode, idempotency, lookup, calls, kind]) => {
    const long = nowMs - 50_000;
    const trial = await attempt({
      manifest: { idempotency }, ...(lookup === 'no lookup' && { lookup: null }), deliveryCount: delivery === 'first' ? 1 : 2,
      item: { mode, claimedAt: iso(long), ...(mode === 'check-then-send' && { firstSentAt: iso(long) }) },
    });
    expect(trial.calls).toEqual(calls);
    expect(trial.outcome.kind).toBe(kind);
    if (kind === 'unknown') expect(trial.outcome).toMatchObject({ code: 'redelivered_unclear' });
  });
});

describe('what a lookup settles', () => {
  const found = (result: LookupResult): Trial => ({
    lookup: async () => result, deliveryCount: 1, item: { mode: 'check-then-send', firstSentAt: iso(nowMs - 50_000), claimedAt: iso(nowMs), providerRef: 'sub-7' },
  });

  it.each<[string, LookupResult, object]>([
    ['found', { kind: 'found', providerRef: 'P-9', message: 'there' }, { kind: 'duplicate', providerRef: 'P-9', message: 'there' }],
    ['unclear', { kind: 'unclear', code: 'provider_error', message: 'busy', afterMs: 700 }, { kind: 'unknown', code: 'provider_error', message: 'busy', afterMs: 700, providerRef: 'sub-7' }],
    ['rejected', { kind: 'rejected', code: 'submission_lost', message: 'dropped' }, { kind: 'rejected', code: 'submission_lost', message: 'dropped' }],
    ['blocked', { kind: 'blocked', code: 'auth', message: 'key' }, { kind: 'blocked', code: 'auth', message: 'key' }],
  ])('%s: no send', async (_name, result, outcome) => {
    const trial = await attempt(found(result));
    expect(trial.calls).toEqual(['lookup']);
    expect(trial.outcome).toEqual(outcome);
  });

  it('blocked on a redelivery in mode send is unknown, because dispatch would send the order anew after the account is unblocked', async () => {
    const trial = await attempt({ ...found({ kind: 'blocked', code: 'auth', message: 'key' }), deliveryCount: 2, item: {} });
    expect(trial.outcome).toEqual({ kind: 'unknown', code: 'auth', message: 'key', afterMs: 60_000 });
  });

  it('unclear on a redelivery is asked again when the lease is over, not when the provider has recovered', async () => {
    const trial = await attempt({ ...found({ kind: 'unclear', code: 'provider_error', message: 'busy', afterMs: 700 }), deliveryCount: 2 });
    expect(trial.outcome).toMatchObject({ kind: 'unknown', code: 'provider_error', afterMs: 60_000 });
  });

  const absent: Trial['lookup'] = async () => ({ kind: 'absent' });

  it.each<[string, Partial<ConnectorManifest>, Partial<PushWorkItem>, number, number | 'sent']>([
    ['sent long ago', { visibilityDelayMs: 30_000 }, { mode: 'check-then-send', firstSentAt: iso(nowMs - 30_000) }, 1, 'sent'],
    ['sent just now', { visibilityDelayMs: 30_000 }, { mode: 'check-then-send', firstSentAt: iso(nowMs - 10_000) }, 1, 20_000],
    ['no first time known', { visibilityDelayMs: 30_000 }, { mode: 'check-then-send', claimedAt: iso(nowMs - 1_000) }, 1, 29_000],
    ['redelivered: until the lease ends a first delivery may be sent elsewhere', {}, { claimedAt: iso(nowMs - 4_000) }, 2, 60_000],
    ['redelivered, with a visibility delay', { visibilityDelayMs: 30_000 }, { claimedAt: iso(nowMs - 4_000) }, 2, 90_000],
    ['redelivered, a repeat is refused by the provider', { idempotency: 'natural-key' }, { claimedAt: iso(nowMs) }, 2, 'sent'],
    ['redelivered and unknown before', {}, { mode: 'check-then-send', firstSentAt: iso(nowMs - 50_000), claimedAt: iso(nowMs - 2_000), leaseUntil: iso(nowMs + 9_000) }, 2, 9_000],
  ])('absent, %s', async (_name, manifest, item, deliveryCount, expected) => {
    const trial = await attempt({ manifest, item, deliveryCount, lookup: absent });
    if (expected === 'sent') expect(trial.calls).toEqual(['lookup', 'push']);
    else expect([trial.calls, trial.outcome]).toEqual([['lookup'], expect.objectContaining({ kind: 'unknown', code: 'redelivered_unclear', afterMs: expected })]);
  });

  it('does not send when the time ran out during the lookup', async () => {
    let now = nowMs;
    const trial = await attempt({
      lookup: async () => { now += 59_500; return { kind: 'absent' }; }, item: { mode: 'check-then-send', firstSentAt: iso(nowMs - 50_000) }, host: { clock: { now: () => now } },
    });
    expect(trial.calls).toEqual(['lookup']);
    expect(trial.outcome).toMatchObject({ kind: 'unknown', code: 'redelivered_unclear' });
  });
});

describe('orders that come too late', () => {
  const late = { leaseUntil: iso(nowMs + 1_000) };

  it.each<[string, Trial, object]>([
    ['first delivery: certainly not sent', { item: late }, { kind: 'retry', code: 'lease_expired_unsent' }],
    ['redelivered: nobody knows', { item: late, deliveryCount: 2 }, { kind: 'unknown', code: 'redelivered_unclear' }],
    ['unknown before: still unknown', { item: { ...late, mode: 'check-then-send' } }, { kind: 'unknown', code: 'redelivered_unclear' }],
    ['a key does not help', { item: late, deliveryCount: 2, manifest: { idempotency: 'key' } }, { kind: 'unknown', code: 'redelivered_unclear' }],
    ['stopping, first delivery', { host: { stopping: AbortSignal.abort() } }, { kind: 'retry', code: 'lease_expired_unsent' }],
    ['stopping, redelivered', { host: { stopping: AbortSignal.abort() }, deliveryCount: 2 }, { kind: 'unknown', code: 'redelivered_unclear' }],
  ])('%s', async (_name, trial, outcome) => {
    const { calls, outcome: actual } = await attempt(trial);
    expect(calls).toEqual([]);
    expect(actual).toMatchObject(outcome);
  });

  it('looks at the time when an order is its turn, not when its message came', async () => {
    let now = nowMs;
    const seen = { log: [] as string[] };
    const host = createHost(toyConnector({ push: async () => { now += 59_500; return { kind: 'accepted', providerRef: 'x' }; } }), seen, { clock: { now: () => now }, limiter: createAccountLimiter(1) });
    const results = await run([workItem(nowMs), workItem(nowMs)], 1, host);
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(['accepted', 'retry']);
  });
});

describe('a connector that misbehaves', () => {
  it.each<[string, ToyOptions, number, string]>([
    ['push throws', { push: async () => { throw new Error('bug'); } }, 1, 'the connector failed on an order'],
    ['push throws at once', { push: () => { throw new Error('bug'); } }, 1, 'the connector failed on an order'],
    ['lookup throws', { lookup: async () => { throw new Error('bug'); } }, 2, 'the connector failed on an order'],
  ])('%s → unknown, logged once', async (_name, options, deliveryCount, message) => {
    const trial = await attempt({ ...options, deliveryCount, item: { claimedAt: iso(nowMs - 50_000) } });
    expect(trial.outcome).toMatchObject({ kind: 'unknown', code: 'connector_error' });
    expect(trial.log).toEqual([message]);
  });

  it.each([undefined, null, {}, { kind: 'great' }])('returns %j → unknown', async (outcome) => {
    const trial = await attempt({ push: async () => outcome as unknown as PushOutcome });
    expect(trial.outcome).toMatchObject({ kind: 'unknown', code: 'connector_error' });
  });

  it('never returns → unknown shortly after its time is over', async () => {
    const trial = await attempt({ push: () => new Promise(() => undefined), item: { leaseUntil: iso(nowMs + 1_050) } });
    expect(trial.outcome).toMatchObject({ kind: 'unknown', code: 'connector_error' });
    expect(trial.log).toEqual(['the connector did not return when its time was over']);
  });

  it('returns too much and the wrong characters → cut to the contract', async () => {
    const long = `${'x'.repeat(3_000)}\0`;
    const { outcome } = await attempt({
      push: async () => ({ kind: 'rejected', code: 'Not A Code', message: long, fields: Array.from({ length: 120 }, () => ({ path: long, message: `\0toy-secret-1` })) }),
    });
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'provider_error', message: expect.stringMatching(/^x{1999}…$/) });
    expect(outcome.kind === 'rejected' && outcome.fields).toHaveLength(100);
    expect(JSON.stringify(outcome)).not.toMatch(/toy-secret|\\u0000/);
  });
});

describe('what a call gets', () => {
  it('has settings, opened credentials, a signal that fires before the lease ends, and what is known of earlier attempts', async () => {
    let seen: unknown;
    let aborted: boolean | undefined;
    const { outcome } = await attempt({
      item: { leaseUntil: iso(nowMs + 1_030), firstSentAt: iso(nowMs - 5), providerRef: 'R' },
      async push(order, context, earlier: EarlierAttempts) {
        seen = [order.reference, context.accountId, context.credentials, context.settings, earlier];
        await sleep(5_000, context.signal);
        aborted = context.signal.aborted;
        return { kind: 'unknown', code: 'timeout', message: 'cut' };
      },
    });
    expect(seen).toEqual(['PR-1', accountId, credentials, {}, { firstSentAtMs: nowMs - 5, providerRef: 'R' }]);
    expect(aborted).toBe(true);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'timeout' });
  });

  it('ends with the cut-off', async () => {
    const cutOff = new AbortController();
    const { outcome } = await attempt({
      host: { cutOff: cutOff.signal },
      async push(_order, { signal }) {
        cutOff.abort();
        return { kind: 'unknown', code: 'timeout', message: String(signal.aborted) };
      },
    });
    expect(outcome).toMatchObject({ message: 'true' });
  });

  it('records the calls of its own order only, masked', async () => {
    const seen = { log: [] as string[] };
    const host = createHost(toyConnector({
      async push(order, { http }) {
        await http.request({ method: 'POST', url: `https://toy.example/${order.reference}`, body: 'k=toy-secret-1' });
        return { kind: 'accepted', providerRef: 'x' };
      },
    }), seen);
    const results = await run([workItem(nowMs, {}, 'A'), workItem(nowMs, {}, 'B')], 1, host);
    expect(results.map(({ exchanges }) => exchanges)).toEqual(['A', 'B'].map((reference) => [{
      at: iso(nowMs), durationMs: 3, method: 'POST', url: `https://toy.example/${reference}`, requestBody: 'k=[masked]', status: 200, responseBody: 'echo k=[masked]', failure: null,
    }]));
  });

  it('gets an unknown outcome of a send looked into once the order must be visible', async () => {
    const unclear: ToyOptions['push'] = async () => ({ kind: 'unknown', code: 'timeout', message: 'm' });
    expect((await attempt({ push: unclear, manifest: { visibilityDelayMs: 9_000 } })).outcome).toMatchObject({ afterMs: 9_000 });
    expect((await attempt({ push: async () => ({ kind: 'unknown', code: 'timeout', message: 'm', afterMs: 5.4 }), manifest: { visibilityDelayMs: 9_000 } })).outcome).toMatchObject({ afterMs: 5 });
  });
});

describe('credentials that cannot be opened', () => {
  const host: Partial<PushHost> = { openCredentials: () => fail('unknown_key') };

  it('block the account, naming it, without a call', async () => {
    const trial = await attempt({ host });
    expect(trial.calls).toEqual([]);
    expect(trial.outcome).toEqual({ kind: 'blocked', code: 'auth', message: 'The stored credentials of account Toy account cannot be opened (unknown_key). Enter them again.' });
  });

  it('leave a redelivered order unknown', async () => {
    expect((await attempt({ host, deliveryCount: 2 })).outcome).toMatchObject({ kind: 'unknown', code: 'auth' });
  });
});

describe('a claim that comes again to the same process', () => {
  it('while it is under way joins it, and after it is done gets the same outcome', async () => {
    const seen = { calls: [] as string[], log: [] as string[] };
    const release = Promise.withResolvers<PushOutcome>();
    const host = createHost(noted({ push: () => release.promise, manifest: { idempotency: 'none' }, lookup: null }, seen.calls), seen);
    const item = workItem(nowMs);
    const first = run([item], 1, host);
    const second = run([{ ...item, mode: 'check-then-send' }], 2, host);
    release.resolve({ kind: 'accepted', providerRef: 'once' });
    const third = async (): Promise<PushResult[]> => run([item], 1, host);
    const all = [...await first, ...await second, ...await third()];
    expect(all.map(({ outcome }) => outcome)).toEqual(Array(3).fill({ kind: 'accepted', providerRef: 'once' }));
    expect(seen.calls).toEqual(['push']);
  });

  it('under a new fence is a new attempt', async () => {
    const seen = { calls: [] as string[], log: [] as string[] };
    const host = createHost(noted({}, seen.calls), seen);
    const item = workItem(nowMs);
    await run([item], 1, host);
    await run([{ ...item, fence: 2 }], 1, host);
    expect(seen.calls).toEqual(['push', 'push']);
  });

  it('counts as redelivered when its result is not remembered any more', async () => {
    const seen = { calls: [] as string[], log: [] as string[] };
    const host = createHost(noted({ manifest: { idempotency: 'none' }, lookup: null }, seen.calls), seen, { memory: createAttemptMemory({ maxSeen: 10, maxResultChars: 10 }) });
    const item = workItem(nowMs);
    await run([item], 1, host);
    const [again] = await run([item], 1, host);
    expect(again?.outcome).toMatchObject({ kind: 'unknown', code: 'redelivered_unclear' });
    expect(seen.calls).toEqual(['push']);
  });
});

describe('side by side', () => {
  it('works on at most the configured number of orders of an account, and reports each when it is done', async () => {
    let running = 0;
    let most = 0;
    const seen = { log: [] as string[] };
    const host = createHost(toyConnector({
      async push(order) {
        running += 1;
        most = Math.max(most, running);
        await sleep(order.reference === 'slow' ? 150 : 5);
        running -= 1;
        return { kind: 'accepted', providerRef: order.reference };
      },
    }), seen, { limiter: createAccountLimiter(4) });
    const items = ['slow', ...Array.from({ length: 15 }, (_, index) => `o${index}`)].map((reference) => workItem(nowMs, {}, reference));
    const results = await run(items, 1, host);
    expect(most).toBe(4);
    expect(results).toHaveLength(16);
    expect(results.at(-1)?.outcome).toEqual({ kind: 'accepted', providerRef: 'slow' });
  });

  it('shortens the bodies of a result that is too large for a message', async () => {
    const { result } = await attempt({
      async push(_order, { http }) {
        for (let call = 0; call < 20; call += 1) await http.request({ method: 'POST', url: 'https://toy.example/', body: '漢'.repeat(20_000) });
        return { kind: 'accepted', providerRef: 'x' };
      },
    });
    expect(result.exchanges).toHaveLength(20);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(256 * 1024);
  });
});
