import { afterEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { createBreakers, type Breakers, type BreakersOptions, type Guarded } from '../src/breaker.ts';
import type { Health } from '../src/provider-health.ts';

const settings = { minCalls: 10, failurePercent: 50, windowMs: 60_000, openMs: 60, probeMs: 40 };
const running: Breakers[] = [];

function create(options: Partial<BreakersOptions> = {}): Breakers & { opened: string[]; closed: string[] } {
  const [opened, closed]: [string[], string[]] = [[], []];
  const breakers = createBreakers({ settings, onOpened: (id) => opened.push(id), onClosed: (id) => closed.push(id), ...options });
  running.push(breakers);
  return { ...breakers, opened, closed };
}

afterEach(() => {
  for (const breakers of running.splice(0)) breakers.stop();
});

const show = (breakers: Breakers, health: Health, accountId = 'a'): Promise<Guarded<Health>> => breakers.run(accountId, () => Promise.resolve(health), (value) => value);

async function repeat(times: number, step: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < times; round += 1) await step();
}

async function openFor(breakers: Breakers): Promise<void> {
  await repeat(10, () => show(breakers, 'unwell'));
  expect(breakers.states()).toMatchObject({ open: 1 });
}

const halfOpen = (breakers: Breakers): Promise<unknown> => waitUntil(() => breakers.states().half_open === 1, { intervalMs: 5 });

describe('breaker of an account', () => {
  it('lets everything through and hands results back, also failed ones', async () => {
    const breakers = create();
    expect(await show(breakers, 'well')).toEqual({ kind: 'called', value: 'well' });
    expect(await show(breakers, 'unwell')).toEqual({ kind: 'called', value: 'unwell' });
    expect(breakers.states()).toEqual({ closed: 1, open: 0, half_open: 0 });
  });

  it('stays closed below ten calls, however many failed, and opens at the tenth', async () => {
    const breakers = create();
    await repeat(9, () => show(breakers, 'unwell'));
    expect(breakers.opened).toEqual([]);
    await show(breakers, 'unwell');
    expect(breakers.opened).toEqual(['a']);
  });

  it('stays closed while half of the calls are answered', async () => {
    const breakers = create();
    await repeat(20, async () => { await show(breakers, 'well'); await show(breakers, 'unwell'); });
    expect(breakers.states()).toMatchObject({ closed: 1 });
  });

  it('refuses while open without calling, and says when to come again', async () => {
    const breakers = create();
    await openFor(breakers);
    let called = false;
    const refused = await breakers.run('a', () => { called = true; return Promise.resolve(1); }, () => 'well');
    expect(refused).toEqual({ kind: 'refused', afterMs: expect.any(Number) });
    expect(refused.kind === 'refused' && refused.afterMs).toBeGreaterThan(0);
    expect(refused.kind === 'refused' && refused.afterMs).toBeLessThanOrEqual(settings.openMs);
    expect(called).toBe(false);
  });

  it('does not concern other accounts', async () => {
    const breakers = create();
    await openFor(breakers);
    expect(await show(breakers, 'well', 'b')).toMatchObject({ kind: 'called' });
    expect(breakers.states()).toEqual({ closed: 1, open: 1, half_open: 0 });
  });

  it('lets one probe through when its time is over, and closes when that is answered', async () => {
    const breakers = create();
    await openFor(breakers);
    await halfOpen(breakers);
    const answer = Promise.withResolvers<Health>();
    const probe = breakers.run('a', () => answer.promise, (value) => value);
    expect(await show(breakers, 'well')).toMatchObject({ kind: 'refused' });
    answer.resolve('well');
    expect(await probe).toMatchObject({ kind: 'called' });
    expect(breakers.closed).toEqual(['a']);
    expect(await show(breakers, 'well')).toMatchObject({ kind: 'called' });
  });

  it('opens again when the probe fails', async () => {
    const breakers = create();
    await openFor(breakers);
    await halfOpen(breakers);
    await show(breakers, 'unwell');
    expect(breakers.opened).toEqual(['a', 'a']);
    expect(await show(breakers, 'well')).toMatchObject({ kind: 'refused' });
  });

  it('takes a probe without an answer as failed after a while, and still hands its result back', async () => {
    const breakers = create();
    await openFor(breakers);
    await halfOpen(breakers);
    const answer = Promise.withResolvers<Health>();
    const probe = breakers.run('a', () => answer.promise, (value) => value);
    await waitUntil(() => breakers.opened.length === 2, { intervalMs: 5 });
    answer.resolve('well');
    expect(await probe).toEqual({ kind: 'called', value: 'well' });
    await halfOpen(breakers);
    expect(await show(breakers, 'well')).toMatchObject({ kind: 'called' });
  });

  it('learns nothing from a probe that asked nobody: the next call is the probe', async () => {
    const breakers = create();
    await openFor(breakers);
    await halfOpen(breakers);
    await repeat(3, async () => expect(await show(breakers, 'silent')).toMatchObject({ kind: 'called' }));
    expect(breakers.states()).toMatchObject({ half_open: 1 });
    expect([breakers.opened, breakers.closed]).toEqual([['a'], []]);
    await show(breakers, 'unwell');
    expect(breakers.opened).toEqual(['a', 'a']);
  });

  it('counts many failures at once only once', async () => {
    const breakers = create();
    await Promise.all(Array.from({ length: 50 }, () => show(breakers, 'unwell')));
    expect(breakers.opened).toEqual(['a']);
  });

  it('rejects when the call does, which counts as failed', async () => {
    const breakers = create();
    await repeat(10, () => expect(breakers.run('a', () => Promise.reject(new Error('bug')), () => 'well')).rejects.toThrow('bug'));
    expect(breakers.states()).toMatchObject({ open: 1 });
  });

  it('forgets failures that are older than its window', async () => {
    const breakers = create({ settings: { ...settings, windowMs: 120 } });
    await repeat(9, () => show(breakers, 'unwell'));
    const since = performance.now();
    await waitUntil(() => performance.now() - since > 200, { intervalMs: 20 });
    await repeat(9, () => show(breakers, 'unwell'));
    expect(breakers.opened).toEqual([]);
  });

  it('drops the breaker not used for longest beyond its limit, without harm to a call of it', async () => {
    const breakers = create({ maxAccounts: 2 });
    const answer = Promise.withResolvers<Health>();
    const slow = breakers.run('a', () => answer.promise, (value) => value);
    await show(breakers, 'well', 'b');
    await show(breakers, 'well', 'c');
    answer.resolve('unwell');
    expect(await slow).toEqual({ kind: 'called', value: 'unwell' });
    expect(breakers.states()).toMatchObject({ closed: 2 });
  });
});
