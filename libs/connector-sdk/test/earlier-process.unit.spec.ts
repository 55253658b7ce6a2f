import { describe, expect, it } from '@jest/globals';
import type { ConnectorManifest, PushResult, PushWorkItem } from '@pes/contracts';
import { processPushWork } from '../src/process-push-work.ts';
import { createHost, noted, nowMs } from './toy-host.ts';
import { pushWork, workItem } from './toy-work.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** First delivery of a claim to a process that has just started. */
async function attempt(idempotency: ConnectorManifest['idempotency'], item: Partial<PushWorkItem>): Promise<{ calls: string[]; outcome: PushResult['outcome'] | undefined }> {
  const calls: string[] = [];
  const results: PushResult[] = [];
  const host = createHost(noted({ manifest: { idempotency }, ...(idempotency === 'lookup' ? {} : { lookup: null }) }, calls), { log: [] }, { startedAtMs: nowMs });
  await processPushWork({ work: pushWork([workItem(nowMs, item)], 'sealed'), deliveryCount: 1 }, host, ({ text }) => results.push(JSON.parse(text) as PushResult));
  return { calls, outcome: results[0]?.outcome };
}

describe('a claim from before this process', () => {
  it.each<[string, ConnectorManifest['idempotency'], string[], object]>([
    ['is left to a person where nobody can be asked', 'none', [], { kind: 'unknown', code: 'redelivered_unclear' }],
    ['is looked up where only that prevents a second order', 'lookup', ['lookup'], { kind: 'unknown', code: 'redelivered_unclear', afterMs: 60_000 }],
    ['is sent under a key', 'key', ['push'], { kind: 'accepted' }],
    ['is sent under a natural key', 'natural-key', ['push'], { kind: 'accepted' }],
  ])('%s', async (_name, idempotency, calls, outcome) => {
    const seen = await attempt(idempotency, { claimedAt: iso(nowMs - 5_000) });
    expect([seen.calls, seen.outcome]).toEqual([calls, expect.objectContaining(outcome)]);
  });

  it('counts as one within a second of the start, because clocks differ, and not after that', async () => {
    expect((await attempt('none', { claimedAt: iso(nowMs + 999) })).calls).toEqual([]);
    expect((await attempt('none', { claimedAt: iso(nowMs + 1_000) })).calls).toEqual(['push']);
  });

  it('that came too late is not called unsent', async () => {
    expect((await attempt('none', { claimedAt: iso(nowMs - 60_000), leaseUntil: iso(nowMs) })).outcome).toMatchObject({ kind: 'unknown', code: 'redelivered_unclear' });
  });
});
