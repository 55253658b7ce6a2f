import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, subjects, validator, type PushOutcomes } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { connectBus, ensureTopology, type Bus } from '@pes/messaging';
import { startNats, waitUntil, type NatsServer } from '@pes/testkit';
import type { SettledOrder } from '../src/attempt-memory.ts';
import { createOutcomePublisher, type OutcomePublisher } from '../src/outcome-publisher.ts';
import { accountId } from './toy-work.ts';

let server: NatsServer;
let bus: Bus;
let serial = 0;
let provider: string;

beforeAll(async () => {
  server = await startNats();
  bus = await connectBus({ servers: server.url, name: 'test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 });
});
afterAll(async () => {
  await bus.close();
  await server.stop();
});

function publisher(giveUp = new AbortController().signal): OutcomePublisher {
  serial += 1;
  provider = `toy-${serial}`;
  return again(giveUp);
}

/** Another one for the same work, as after a redelivery. */
function again(giveUp = new AbortController().signal): OutcomePublisher {
  return createOutcomePublisher({ bus, provider, accountId, giveUp });
}

function settled(kind: 'accepted' | 'duplicate' = 'accepted', { pushId = newId(), bytes = 0 } = {}): SettledOrder {
  const at = '2026-03-01T12:00:00.000Z';
  const exchanges = bytes === 0 ? [] : Array.from({ length: Math.ceil(bytes / 20_000) }, () => ({ at, durationMs: 1, method: 'PUT', url: 'https://toy.example/', requestBody: 'x'.repeat(Math.min(bytes, 19_800)), status: 200, responseBody: null, failure: null }));
  return { pushId, fence: 1, kind, text: JSON.stringify({ pushId, fence: 1, startedAt: at, finishedAt: at, outcome: { kind, providerRef: 'x' }, exchanges }) };
}

async function messages(): Promise<PushOutcomes[]> {
  const { state } = await bus.jsm.streams.info('OUTCOME');
  const found: PushOutcomes[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await bus.jsm.streams.getMessage('OUTCOME', { seq });
    if (message?.subject !== subjects.outcomePush(provider, accountId)) continue;
    expect(message.header.get('ce-type')).toBe(eventTypes.outcomePush);
    found.push(message.json<PushOutcomes>());
  }
  for (const message of found) expect(validator('push-outcome')(message)).toMatchObject({ ok: true });
  return found;
}

describe('outcome publisher', () => {
  it('puts results that are there together into one message', async () => {
    const out = publisher();
    const all = [settled(), settled(), settled()];
    for (const one of all) out.add(one);
    await out.finish();
    expect((await messages()).map(({ results }) => results.map(({ pushId }) => pushId))).toEqual([all.map(({ pushId }) => pushId)]);
  });

  it('publishes what is there while others are still to come', async () => {
    const out = publisher();
    out.add(settled());
    await waitUntil(async () => (await messages()).length === 1);
    out.add(settled());
    await out.finish();
    expect(await messages()).toHaveLength(2);
  });

  it('splits by number and by size', async () => {
    const many = publisher();
    for (let order = 0; order < 120; order += 1) many.add(settled());
    await many.finish();
    expect((await messages()).map(({ results }) => results.length)).toEqual([50, 50, 20]);
    const large = publisher();
    for (let order = 0; order < 10; order += 1) large.add(settled('accepted', { bytes: 200_000 }));
    await large.finish();
    expect((await messages()).map(({ results }) => results.length)).toEqual([4, 4, 2]);
  });

  it('publishes the same results once, in whatever order, and another outcome of the same push as news', async () => {
    const [a, b] = [settled(), settled()];
    for (const all of [[a, b], [b, a]]) {
      const out = all[0] === a ? publisher() : again();
      for (const one of all) out.add(one);
      await out.finish();
    }
    expect(await messages()).toHaveLength(1);
    const changed = again();
    changed.add(settled('duplicate', { pushId: a.pushId }));
    await changed.finish();
    expect(await messages()).toHaveLength(2);
  });

  it('needs no message for no results', async () => {
    await publisher().finish();
    expect(await messages()).toEqual([]);
  });

  it('rejects when it has to give up, so that the work is not acknowledged', async () => {
    const out = publisher(AbortSignal.abort());
    out.add(settled());
    await expect(out.finish()).rejects.toThrow('stopped before the outcomes could be published');
  });
});
