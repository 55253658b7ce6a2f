import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { connector } from '../src/index.ts';
import { samplePush } from './sample-push.ts';
import { firstAttempt, startSide, type SimulatedSide } from './simulated-account.ts';

const minute = 60_000;
const slowMs = 2_000;

describe('asynchronous submission', () => {
  let side: SimulatedSide;
  beforeEach(async () => {
    side = await startSide('oneflow', { asyncDelayMs: slowMs, datedIds: true });
  });
  afterEach(() => side.stop());

  it('is unknown while only acknowledged, with the submission id, and found once it was checked', async () => {
    const order = samplePush();
    const outcome = await connector.push(order, side.context(), firstAttempt);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'awaiting_confirmation', afterMs: 10_000, providerRef: side.simulator.ledger()[0]?.orderId });
    const earlier = { firstSentAtMs: Date.now() - 100, providerRef: (outcome as { providerRef: string }).providerRef };
    expect(await connector.lookup!(order, side.context(), earlier)).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation' });
    await waitUntil(() => side.simulator.ledger()[0]?.stored === true, { timeoutMs: 5_000 });
    expect(await connector.lookup!(order, side.context(), earlier)).toMatchObject({ kind: 'found', providerRef: earlier.providerRef });
    expect(side.simulator.ledger()).toMatchObject([{ submissions: 1 }]);
  });

  it('is not called lost because attempts before the acknowledged one failed long ago', async () => {
    const order = samplePush();
    const outcome = await connector.push(order, side.context(), firstAttempt);
    const earlier = { firstSentAtMs: Date.now() - 120 * minute, providerRef: (outcome as { providerRef: string }).providerRef };
    expect(await connector.lookup!(order, side.context(), earlier)).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation' });
  });

  it('keeps waiting when the confirmation cannot be asked for', async () => {
    // The first lookup of the push passes, the confirming one does not.
    const context = side.context();
    let lookups = 0;
    const http: typeof context.http = { request: async (request) => {
      if (request.url.includes('bysourceid') && (lookups += 1) === 2) side.simulator.setFault({ kind: '500', step: 'lookup' });
      return context.http.request(request);
    } };
    expect(await connector.push(samplePush(), { ...context, http }, firstAttempt)).toMatchObject({ kind: 'unknown', code: 'awaiting_confirmation', providerRef: expect.any(String) });
    expect(lookups).toBe(2);
  });

  it('stops waiting when the lease ends', async () => {
    const over = new AbortController();
    const context = side.context({ signal: over.signal });
    const http: typeof context.http = { request: async (request) => {
      const answer = await context.http.request(request);
      if (new URL(request.url).pathname === '/api/order') over.abort();
      return answer;
    } };
    expect(await connector.push(samplePush(), { ...context, http }, firstAttempt)).toMatchObject({ kind: 'unknown', code: 'awaiting_confirmation', providerRef: expect.any(String) });
  });
});

describe('a submission that is dropped after its acknowledgement', () => {
  it('is reported as lost after 15 minutes, and not earlier', async () => {
    const side = await startSide('oneflow');
    try {
      side.simulator.setFault({ kind: 'late-rejection', step: 'submit' });
      const order = samplePush();
      const outcome = await connector.push(order, side.context(), firstAttempt);
      expect(outcome).toMatchObject({ kind: 'unknown', code: 'awaiting_confirmation' });
      const { providerRef } = outcome as { providerRef: string };
      const lookupAt = (ageMs: number) => connector.lookup!(order, side.context(), { firstSentAtMs: Date.now() - ageMs, providerRef });
      expect(await lookupAt(14 * minute)).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation' });
      expect(await lookupAt(16 * minute)).toMatchObject({ kind: 'rejected', code: 'submission_lost', message: expect.stringContaining('submission errors page') });
      expect(side.simulator.ledger()).toMatchObject([{ submissions: 1, stored: false }]);
      expect(side.simulator.submissionErrors()).toMatchObject([{ sourceOrderId: order.reference, orderId: providerRef }]);
    } finally {
      await side.stop();
    }
  });
});
