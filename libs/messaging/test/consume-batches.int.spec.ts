import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { validator, type ConsumerSpec, type DeadLetter } from '@pes/contracts';
import { startNats, waitUntil } from '@pes/testkit';
import { connectBus, consumeBatches, decodeJson, ensureTopology, publishAll, type Bus, type Consumption, type ConsumeOptions } from '../src/index.ts';

type Server = Awaited<ReturnType<typeof startNats>>;
interface Note { n: number }

let server: Server;
let bus: Bus;
let consumption: Consumption | undefined;
let spec: ConsumerSpec;
let serial = 0;

const topology = { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 };
const validate = (value: unknown) =>
  typeof (value as Note).n === 'number' ? { ok: true as const, value: value as Note } : { ok: false as const, errors: ['/n must be number'] };

beforeAll(async () => {
  server = await startNats();
  bus = await connectBus({ servers: server.url, name: 'test' });
  await ensureTopology(bus, topology);
});
afterAll(async () => {
  await bus.close();
  await server.stop();
});
beforeEach(() => {
  serial += 1;
  spec = { stream: 'ORDERS', durable: `reader-${serial}`, filter: `order.test${serial}.*`, maxAckPending: 500, ackWaitMs: 1_000 };
});
afterEach(async () => {
  await consumption?.stop();
  consumption = undefined;
});

function send(bodies: unknown[], prefix = 'm') {
  return publishAll(bus, bodies.map((data, index) => ({ subject: `order.test${serial}.x`, type: 'test', id: `${prefix}-${serial}-${index}`, source: 'test', data: typeof data === 'string' ? data : (data as object) })));
}

function read(handle: (ns: number[]) => Promise<void>, options: Partial<ConsumeOptions<Note>> = {}): void {
  consumption = consumeBatches<Note>(bus, {
    consumer: spec, decode: decodeJson(validate), isDataError: (error) => error instanceof RangeError, maxBatch: 50, maxWaitMs: 5, maxFlushes: 2,
    handle: (batch) => handle(batch.map(({ value }) => value.n)), ...options,
  });
}

async function deadLetters(): Promise<DeadLetter[]> {
  const { subjects } = await bus.jsm.streams.info('DEAD', { subjects_filter: `dead.${spec.durable}.>` }).then(({ state }) => state);
  const letters: DeadLetter[] = [];
  const last = (await bus.jsm.streams.info('DEAD')).state.last_seq;
  for (let seq = 1; subjects !== undefined && seq <= last; seq += 1) {
    const message = await bus.jsm.streams.getMessage('DEAD', { seq });
    if (message?.subject.startsWith(`dead.${spec.durable}.`) === true) letters.push(message.json());
  }
  return letters;
}

async function unacknowledged(): Promise<number> {
  const info = await bus.jsm.consumers.info(spec.stream, spec.durable);
  return info.num_ack_pending + info.num_pending;
}

describe('consumeBatches', () => {
  it('hands over every message once, in batches, and acknowledges them', async () => {
    const batches: number[][] = [];
    await send(Array.from({ length: 400 }, (_, n) => ({ n })));
    read(async (ns) => { batches.push(ns); });
    await waitUntil(() => batches.flat().length >= 400);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(Math.max(...batches.map((batch) => batch.length))).toBeGreaterThan(10);
    await waitUntil(async () => (await unacknowledged()) === 0);
  });

  it('takes no more than it can work on: the rest waits in the broker', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const seen: number[] = [];
    await send(Array.from({ length: 450 }, (_, n) => ({ n })));
    read(async (ns) => {
      await gate;
      seen.push(...ns);
    }, { maxBatch: 10 });
    // Two flushes and one waiting batch hold 30; the pull is 64 ahead and refilled by three quarters.
    const held = await waitUntil(async () => {
      const { num_ack_pending: pending } = await bus.jsm.consumers.info(spec.stream, spec.durable);
      return pending >= 64 && pending;
    });
    expect(held).toBeLessThan(200);
    open();
    await waitUntil(() => seen.length >= 450);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 450 }, (_, n) => n));
  });

  it('counts bytes as well as messages', async () => {
    const batches: number[] = [];
    await send(Array.from({ length: 60 }, (_, n) => ({ n, text: 'x'.repeat(1000) })));
    read((ns) => Promise.resolve(void batches.push(ns.length)), { maxBatchBytes: 5000 });
    await waitUntil(() => batches.reduce((sum, count) => sum + count, 0) === 60);
    expect(Math.max(...batches)).toBeLessThanOrEqual(5);
  });

  it('gives back what it had not begun when it is stopped', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const seen: number[] = [];
    const handle = async (ns: number[]): Promise<void> => {
      await gate;
      seen.push(...ns);
    };
    await send(Array.from({ length: 200 }, (_, n) => ({ n })));
    read(handle, { maxBatch: 10 });
    await waitUntil(async () => (await bus.jsm.consumers.info(spec.stream, spec.durable)).num_ack_pending >= 64);
    const stopped = consumption!.stop();
    open();
    await stopped;
    read(handle, { maxBatch: 10 });
    await waitUntil(() => new Set(seen).size === 200);
    await waitUntil(async () => (await unacknowledged()) === 0);
  });

  it('puts what is not JSON or breaks the schema into DEAD with the reason, and goes on', async () => {
    const seen: number[] = [];
    await send(['{"n": 1', { n: 'one' }, { n: 3 }]);
    read(async (ns) => { seen.push(...ns); });
    await waitUntil(async () => (await deadLetters()).length === 2);
    const letters = await deadLetters();
    expect(letters.map(({ code }) => code).sort()).toEqual(['not_json', 'schema_violation']);
    expect(letters.find(({ code }) => code === 'schema_violation')).toMatchObject({ errors: ['/n must be number'], consumer: spec.durable, stream: 'ORDERS' });
    expect(Buffer.from(letters.find(({ code }) => code === 'not_json')!.body, 'base64').toString()).toBe('{"n": 1');
    for (const letter of letters) expect(validator('dead-letter')(letter).ok).toBe(true);
    await waitUntil(() => seen.length === 1);
    await waitUntil(async () => (await unacknowledged()) === 0);
  });

  it('keeps a large unreadable message whole', async () => {
    const body = `{"text": "${'x'.repeat(5 * 1024 * 1024)}"}`;
    await send([body]);
    read(() => Promise.resolve());
    await waitUntil(async () => (await deadLetters()).length === 1);
    const [letter] = await deadLetters();
    expect(letter?.encoding).toBe('gzip-base64');
    expect(gunzipSync(Buffer.from(letter!.body, 'base64')).toString()).toBe(body);
  });

  it('finds the one message that the data makes impossible and handles the others', async () => {
    const seen = new Set<number>();
    await send(Array.from({ length: 40 }, (_, n) => ({ n })));
    read((ns) => {
      if (ns.includes(17)) return Promise.reject(new RangeError('17 cannot be stored'));
      for (const n of ns) seen.add(n);
      return Promise.resolve();
    });
    await waitUntil(() => seen.size === 39);
    await waitUntil(async () => (await deadLetters()).length === 1);
    expect((await deadLetters())[0]).toMatchObject({ code: 'poison', errors: ['RangeError: 17 cannot be stored'] });
  });

  it('repeats a batch for as long as the infrastructure fails, without a redelivery or a dead letter', async () => {
    let attempts = 0;
    const deliveries: number[] = [];
    await send([{ n: 1 }]);
    read(() => Promise.resolve(), {
      handle: async (batch) => {
        deliveries.push(...batch.map((received) => received.deliveries));
        attempts += 1;
        if (attempts < 6) throw new Error('database is away');
      },
    });
    await waitUntil(() => attempts === 6, { timeoutMs: 15_000 });
    await waitUntil(async () => (await unacknowledged()) === 0);
    // More than ackWaitMs went by: the message was kept alive.
    expect(deliveries).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await deadLetters()).toEqual([]);
  });

  it('goes on after the server was killed, and delivers what was not acknowledged', async () => {
    const seen = new Set<number>();
    read(async (ns) => { for (const n of ns) seen.add(n); });
    await send(Array.from({ length: 50 }, (_, n) => ({ n })));
    await waitUntil(() => seen.size === 50);
    await server.kill();
    await server.restart();
    await send(Array.from({ length: 50 }, (_, n) => ({ n: n + 50 })), 'after');
    await waitUntil(() => seen.size === 100, { timeoutMs: 20_000 });
  });

  it('makes streams and consumer again when the server comes back without them', async () => {
    const seen: number[] = [];
    read(async (ns) => { seen.push(...ns); });
    await send([{ n: 1 }]);
    await waitUntil(() => seen.length === 1);
    await bus.jsm.streams.delete('ORDERS');
    await waitUntil(async () => (await bus.jsm.consumers.info(spec.stream, spec.durable).catch(() => null)) !== null, { timeoutMs: 30_000 });
    await send([{ n: 2 }], 'new');
    await waitUntil(() => seen.includes(2));
  });
});
