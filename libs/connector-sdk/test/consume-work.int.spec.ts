import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsumerSpec } from '@pes/contracts';
import { connectBus, decodeJson, ensureConsumer, ensureTopology, publishAll, type Bus } from '@pes/messaging';
import { startNats, waitUntil, type NatsServer } from '@pes/testkit';
import { consumeWork, type ConsumeWorkOptions, type WorkConsumption } from '../src/consume-work.ts';

interface Note { n: number }
interface Delivery { n: number; count: number }

const topology = { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 };
const isNote = (value: unknown) =>
  typeof (value as Note).n === 'number' ? { ok: true as const, value: value as Note } : { ok: false as const, errors: ['/n must be number'] };

let server: NatsServer;
let bus: Bus;
let serial = 0;
let spec: ConsumerSpec;
const consumptions: WorkConsumption[] = [];
let deliveries: Delivery[];

beforeAll(async () => {
  server = await startNats();
  bus = await connectBus({ servers: server.url, name: 'test' });
  await ensureTopology(bus, topology);
});
afterAll(async () => {
  await Promise.all(consumptions.map((consumption) => consumption.stop()));
  await bus.close();
  await server.stop();
});
beforeEach(() => {
  serial += 1;
  deliveries = [];
  spec = { stream: 'WORK', durable: `reader-${serial}`, filter: `work.test${serial}.*`, maxAckPending: 400, ackWaitMs: 1_000 };
});
function send(from: number, count: number): Promise<unknown> {
  return publishAll(bus, Array.from({ length: count }, (_, index) => ({ subject: `work.test${serial}.x`, type: 't', id: `m${serial}-${from + index}`, source: 's', data: { n: from + index } })));
}

function read(handle: (n: number, count: number) => Promise<void> = async () => undefined, options: Partial<ConsumeWorkOptions<Note>> = {}): WorkConsumption {
  const consumption = consumeWork<Note>(bus, {
    consumer: spec, decode: decodeJson(isNote), maxMessages: 16, maxBytes: 1_000_000,
    async handle({ n }, count) {
      deliveries.push({ n, count });
      await handle(n, count);
    },
    ...options,
  });
  consumptions.push(consumption);
  return consumption;
}

async function unacknowledged(): Promise<number> {
  const { num_ack_pending: pending, num_pending: waiting } = await bus.jsm.consumers.info(spec.stream, spec.durable);
  return pending + waiting;
}

const everythingAcknowledged = (): Promise<unknown> => waitUntil(async () => (await unacknowledged()) === 0, { what: 'acknowledgements' });

describe('consumeWork', () => {
  it('delivers each message once and acknowledges it when its handler is through', async () => {
    await send(0, 300);
    read();
    await waitUntil(() => deliveries.length >= 300);
    await everythingAcknowledged();
    expect(deliveries.every(({ count }) => count === 1)).toBe(true);
    expect(new Set(deliveries.map(({ n }) => n)).size).toBe(300);
  });

  it('delivers a message again, counted, when its handler fails', async () => {
    await send(7, 1);
    read(async (_n, count) => { if (count === 1) throw new Error('not now'); });
    await everythingAcknowledged();
    expect(deliveries).toEqual([{ n: 7, count: 1 }, { n: 7, count: 2 }]);
  });

  it('keeps a message alive for as long as its handler runs', async () => {
    await send(0, 1);
    const release = Promise.withResolvers<void>();
    read(() => release.promise);
    await waitUntil(() => deliveries.length === 1);
    const startMs = Date.now();
    await waitUntil(() => Date.now() - startMs > 3 * spec.ackWaitMs, { intervalMs: 100 });
    release.resolve();
    await everythingAcknowledged();
    expect(deliveries).toEqual([{ n: 0, count: 1 }]);
  });

  it('pulls nothing that it has no room for', async () => {
    await send(0, 50);
    const releases: Array<() => void> = [];
    read(() => new Promise((resolve) => { releases.push(resolve); }), { maxMessages: 8 });
    await waitUntil(() => deliveries.length === 8);
    const info = await bus.jsm.consumers.info(spec.stream, spec.durable);
    expect([info.num_ack_pending, info.num_pending]).toEqual([8, 42]);
    await waitUntil(() => {
      for (const release of releases.splice(0)) release();
      return deliveries.length === 50;
    });
    for (const release of releases.splice(0)) release();
    await everythingAcknowledged();
  });

  it('counts bytes as well', async () => {
    await send(0, 20);
    const release = Promise.withResolvers<void>();
    read(() => release.promise, { maxMessages: 10, maxBytes: 10 });
    await waitUntil(() => deliveries.length === 10);
    release.resolve();
    await waitUntil(() => deliveries.length === 20);
  });

  it('puts what cannot be read into DEAD and goes on', async () => {
    await publishAll(bus, ['{', '{"n":"x"}'].map((data, index) => ({ subject: `work.test${serial}.x`, type: 't', id: `bad${serial}-${index}`, source: 's', data })));
    await send(1, 1);
    const codes: string[] = [];
    read(undefined, { onDead: (code) => codes.push(code) });
    await waitUntil(() => deliveries.length === 1 && codes.length === 2);
    await everythingAcknowledged();
    expect(codes.sort()).toEqual(['not_json', 'schema_violation']);
    const { state } = await bus.jsm.streams.info('DEAD', { subjects_filter: `dead.${spec.durable}.>` });
    expect(Object.values(state.subjects ?? {})).toEqual([2]);
  });

  it('goes on after its consumer was deleted', async () => {
    read();
    await send(0, 1);
    await waitUntil(() => deliveries.length === 1);
    await everythingAcknowledged();
    await bus.jsm.consumers.delete(spec.stream, spec.durable);
    await send(1, 1);
    await waitUntil(() => deliveries.some(({ n }) => n === 1));
  });

  it('goes on after its stream was deleted', async () => {
    read();
    await send(0, 1);
    await waitUntil(() => deliveries.length === 1);
    await bus.jsm.streams.delete(spec.stream);
    await waitUntil(() => bus.jsm.streams.info(spec.stream), { what: 'the stream to be made again' });
    await send(1, 1);
    await waitUntil(() => deliveries.some(({ n }) => n === 1));
  });

  it('goes on after the server was restarted, and says nothing about messages from before', async () => {
    const release = Promise.withResolvers<void>();
    read((_n, count) => (count === 1 ? release.promise : Promise.resolve()));
    await send(0, 1);
    await waitUntil(() => deliveries.length === 1);
    await server.restart();
    await waitUntil(() => bus.jsm.consumers.info(spec.stream, spec.durable), { what: 'the server to be back' });
    release.resolve();
    await send(1, 1);
    await waitUntil(() => deliveries.some(({ n }) => n === 1), { timeoutMs: 15_000 });
    await waitUntil(() => deliveries.some(({ n, count }) => n === 0 && count === 2));
    await everythingAcknowledged();
  });

  it('stops without losing or repeating anything while messages keep coming', async () => {
    await ensureConsumer(bus, spec);
    const sending = (async () => { for (let from = 0; from < 1_500; from += 50) await send(from, 50); })();
    const first = read(() => new Promise((resolve) => { setImmediate(resolve); }));
    await waitUntil(() => deliveries.length > 200);
    await first.stop();
    const stoppedAt = deliveries.length;
    await sending;
    expect(deliveries.length).toBe(stoppedAt);
    read();
    await waitUntil(() => deliveries.length >= 1_500);
    await everythingAcknowledged();
    expect(deliveries.filter(({ count }) => count > 1)).toEqual([]);
    expect(deliveries.length).toBe(1_500);
  });

  it('waits on stop for what it holds', async () => {
    await send(0, 1);
    const release = Promise.withResolvers<void>();
    const consumption = read(() => release.promise);
    await waitUntil(() => deliveries.length === 1);
    let stopped = false;
    const stopping = consumption.stop().then(() => { stopped = true; });
    await waitUntil(async () => (await bus.jsm.consumers.info(spec.stream, spec.durable)).num_waiting === 0);
    expect(stopped).toBe(false);
    release.resolve();
    await stopping;
    await everythingAcknowledged();
  });
});
