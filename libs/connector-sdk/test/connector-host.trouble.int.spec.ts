import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHostFixture, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;

beforeAll(async () => { fixture = await startHostFixture(); });
afterAll(() => fixture.close());

describe('connector host, a provider in trouble', () => {
  it('opens the breaker of the account after ten refused connections, and counts it', async () => {
    const trial = await fixture.trial();
    trial.start();
    await trial.toy.close();
    await trial.send(Array.from({ length: 10 }, (_, index) => trial.order(`A-${index}`)));
    for (const { outcome } of await trial.results(10)) expect(outcome).toMatchObject({ kind: 'retry', code: 'unreachable' });
    await trial.send([trial.order('B')]);
    expect((await trial.results(11)).at(-1)?.outcome).toMatchObject({ kind: 'retry', code: 'breaker_open', afterMs: expect.any(Number) });
    await trial.acknowledged();
    const text = await trial.metrics.metrics();
    expect(text).toContain(`pes_connector_breaker_opens_total{provider="${trial.provider}"} 1`);
    expect(text).toContain(`pes_connector_breakers{provider="${trial.provider}",state="open"} 1`);
    expect(text).toContain(`pes_connector_breakers{provider="${trial.provider}",state="closed"} 0`);
    expect(text).toContain(`pes_connector_pushes_total{provider="${trial.provider}",kind="retry",code="breaker_open"} 1`);
  });

  it('reports with the outcomes what the provider says about its rate', async () => {
    const trial = await fixture.trial();
    trial.start({ readRate: ({ status }) => (status === 200 ? { remaining: 7, resetMs: 30_000 } : undefined) });
    await trial.send([trial.order('A'), trial.order('B')]);
    await trial.results(2);
    const [first] = await trial.outcomeMessages();
    expect(first?.rate?.remaining).toBe(7);
    expect(first?.rate?.resetMs).toBeGreaterThan(29_000);
  });

  it('reports nothing about a rate that the provider does not speak of', async () => {
    const trial = await fixture.trial();
    trial.start();
    await trial.send([trial.order('A')]);
    await trial.results(1);
    expect((await trial.outcomeMessages())[0]).not.toHaveProperty('rate');
  });
});
