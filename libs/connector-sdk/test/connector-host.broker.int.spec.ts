import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { startHostFixture, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;

beforeAll(async () => { fixture = await startHostFixture(); });
afterAll(() => fixture.close());

describe('connector host, when the broker', () => {
  it('restarts while an order is under way, sends it once', async () => {
    const release = Promise.withResolvers<void>();
    const trial = await fixture.trial(() => release.promise);
    trial.start({ manifest: { idempotency: 'none', callTimeoutMs: 30_000 } });
    await trial.send([trial.order('A')]);
    await waitUntil(() => trial.toy.taken.length === 1);
    await fixture.server.restart();
    await waitUntil(async () => (await trial.consumerState()).redelivered > 0, { timeoutMs: 20_000, what: 'the redelivery' });
    release.resolve();
    expect((await trial.results(1, 20_000)).map(({ outcome }) => outcome.kind)).toEqual(['accepted']);
    await trial.acknowledged();
    expect(trial.toy.taken).toEqual(['A']);
    expect((await trial.outcomeMessages()).flatMap((message) => message.results)).toHaveLength(1);
  });

  it('is set back to a time before an order, sends it once', async () => {
    const trial = await fixture.trial();
    trial.start({ manifest: { idempotency: 'none' } });
    await trial.send([trial.order('BEFORE')]);
    await trial.results(1);
    await trial.acknowledged();
    const snapshot = await fixture.server.snapshotStore();
    const item = trial.order('A');
    await trial.send([item], 'once');
    await trial.results(2);
    await fixture.server.restoreStore(snapshot);
    // Dispatch misses the outcome and announces the claim again.
    await trial.send([{ ...item, mode: 'check-then-send' }], 'once');
    expect((await trial.results(2)).map(({ outcome }) => outcome.kind)).toEqual(['accepted', 'accepted']);
    expect(trial.toy.taken).toEqual(['BEFORE', 'A']);
  });
});

