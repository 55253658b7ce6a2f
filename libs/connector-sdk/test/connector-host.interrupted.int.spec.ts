import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectBus, type Bus } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { startHostFixture, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;

beforeAll(async () => { fixture = await startHostFixture(); });
afterAll(() => fixture.close());

/** For a host whose connection is cut without a word, as SIGKILL does. */
function doomedBus(): Promise<Bus> {
  return connectBus({ servers: fixture.server.url, name: 'doomed' });
}

describe('connector host, interrupted', () => {
  it('looks an order up that its predecessor had sent, and has the one that it had not sent looked up again when its lease is over', async () => {
    const trial = await fixture.trial();
    const doomed = await doomedBus();
    trial.start({
      manifest: { callTimeoutMs: 3_000 },
      async push({ reference }, { credentials, http }) {
        if (reference === 'SENT') await http.request({ method: 'PUT', url: `${String(credentials['address'])}/orders/SENT` });
        return new Promise(() => undefined);
      },
    }, doomed);
    await trial.send([trial.order('SENT')]);
    const lost = trial.order('LOST');
    await trial.send([lost]);
    await waitUntil(async () => trial.toy.taken.length === 1 && (await trial.consumerState()).pending === 2);
    await doomed.nc.close();
    trial.start({ manifest: { callTimeoutMs: 3_000 } });
    const reported = await trial.results(2, 30_000);
    expect(reported.map(({ outcome }) => outcome.kind).toSorted()).toEqual(['duplicate', 'unknown']);
    const unclear = reported.find(({ pushId }) => pushId === lost.pushId)?.outcome;
    expect(unclear).toMatchObject({ code: 'redelivered_unclear', afterMs: expect.any(Number) });
    // What dispatch does with it then.
    await trial.send([{ ...lost, fence: 2, attempt: 2, mode: 'check-then-send', firstSentAt: lost.claimedAt, claimedAt: new Date().toISOString() }], 'next');
    expect((await trial.results(3)).at(-1)?.outcome).toMatchObject({ kind: 'accepted' });
    expect(trial.toy.taken).toEqual(['SENT', 'LOST']);
    await trial.acknowledged();
  });

  it('leaves an order to a person whose predecessor may have sent it, when the provider cannot be asked', async () => {
    const trial = await fixture.trial();
    const doomed = await doomedBus();
    const options = { manifest: { idempotency: 'none' as const }, lookup: null };
    trial.start({ ...options, push: () => new Promise(() => undefined) }, doomed);
    await trial.send([trial.order('A')]);
    await waitUntil(async () => (await trial.consumerState()).pending === 1);
    await doomed.nc.close();
    trial.start(options);
    expect((await trial.results(1, 30_000))[0]?.outcome).toMatchObject({ kind: 'unknown', code: 'redelivered_unclear' });
    expect(trial.toy.taken).toEqual([]);
  });
});

describe('connector host, stopped', () => {
  it('finishes and reports what runs, and gives back unsent what was not begun', async () => {
    const release = Promise.withResolvers<void>();
    const trial = await fixture.trial(() => release.promise);
    const host = trial.start();
    await trial.send(Array.from({ length: 20 }, (_, index) => trial.order(`O${index}`)));
    await waitUntil(() => trial.toy.taken.length === 16);
    const stopped = host.stop(20_000);
    release.resolve();
    await stopped;
    const reported = await trial.results(20);
    expect(reported.map(({ outcome }) => outcome.kind).toSorted()).toEqual([...Array<string>(16).fill('accepted'), ...Array<string>(4).fill('retry')]);
    expect(reported.filter(({ outcome }) => 'code' in outcome && outcome.code === 'lease_expired_unsent')).toHaveLength(4);
    expect(trial.toy.taken).toHaveLength(16);
    await trial.acknowledged();
  });

  it('cuts off what takes longer than the stop may, as unknown', async () => {
    const trial = await fixture.trial(() => new Promise(() => undefined));
    const host = trial.start({ manifest: { callTimeoutMs: 60_000 } });
    await trial.send([trial.order('A')]);
    await waitUntil(() => trial.toy.taken.length === 1);
    const startMs = Date.now();
    await host.stop(300);
    expect(Date.now() - startMs).toBeLessThan(15_000);
    expect((await trial.results(1))[0]?.outcome).toMatchObject({ kind: 'unknown', code: 'timeout' });
    await trial.acknowledged();
  });
});
