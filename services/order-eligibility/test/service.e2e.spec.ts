import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { provisionDatabase } from '@pes/store';
import { createTestDatabase, waitUntil, type TestDatabase } from '@pes/testkit';
import { runMain, startEligibilityProcess, type EligibilityProcess } from './eligibility-process.ts';
import { openTestService, publishedDecisions, publishOrder, type TestService } from './eligibility-setup.ts';
import { sampleOrder } from './sample-order.ts';

let world: TestService;
const running: EligibilityProcess[] = [];
let database: TestDatabase;
let databaseUrl: string;
beforeAll(async () => {
  [world, database] = await Promise.all([openTestService(), createTestDatabase()]);
  // As installed: a role of its own that may do nothing outside its schema.
  const urls = await provisionDatabase({ adminUrl: database.url, services: [{ schema: 'eligibility', role: 'eligibility_e2e', password: newId() }] });
  databaseUrl = urls['eligibility'] ?? '';
});
afterEach(async () => { for (const process of running.splice(0)) await process.kill('SIGKILL'); });
afterAll(async () => {
  await world.close();
  await database.drop();
});

async function start(env: Record<string, string> = {}): Promise<EligibilityProcess> {
  const process = await startEligibilityProcess({ NATS_URL: world.nats.url, DATABASE_URL: databaseUrl, STREAM_STORAGE_MB: '256', ...env });
  running.push(process);
  return process;
}

async function allDecided(orders: readonly OrderSnapshot[]): Promise<void> {
  await waitUntil(async () => {
    const decided = new Set((await publishedDecisions(world.bus)).map(({ orderId }) => orderId));
    return orders.every(({ orderId }) => decided.has(orderId));
  }, { timeoutMs: 20_000, intervalMs: 100, what: 'every order to be decided' });
}

const orders = (count: number): OrderSnapshot[] => Array.from({ length: count }, () => sampleOrder());

describe('order-eligibility as a process', () => {
  it('needs only NATS_URL and DATABASE_URL, decides orders, shows them in its metrics, and ends with 0 on SIGTERM', async () => {
    const service = await start();
    const list = orders(30);
    for (const order of list) await publishOrder(world.bus, order);
    await allDecided(list);
    const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    expect(metrics).toMatch(/eligibility_orders_total\{result="eligible",service="order-eligibility"\} 30/);
    expect(await service.kill('SIGTERM')).toBe(0);
  });

  it('decides one order at a time when batching is set to naive', async () => {
    const service = await start({ BATCH_MAX: '1', BATCH_WAIT_MS: '0', BATCH_FLUSHES: '16' });
    const list = orders(50);
    await Promise.all(list.map((order) => publishOrder(world.bus, order)));
    await allDecided(list);
    const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    expect(metrics).toMatch(/eligibility_batch_orders_bucket\{le="1",service="order-eligibility"\} 50/);
  });

  it('loses nothing when one of two replicas is killed in the middle of its work', async () => {
    const [first] = await Promise.all([start(), start()]);
    const list = orders(1000);
    const messages = async () => (await world.bus.jsm.streams.info('ORDERS')).state.messages;
    const before = await messages();
    const publishing = Promise.all(list.map((order) => publishOrder(world.bus, order)));
    await waitUntil(async () => (await messages()) > before + 1, { what: 'work to be under way' });
    await first.kill('SIGKILL');
    await publishing;
    await allDecided(list);
  });

  it('says every wrong setting at once and ends with 2', async () => {
    const child = runMain({ NATS_URL: 'somewhere', BATCH_MAX: '0' });
    const [said, [code]] = await Promise.all([text(child.stderr as NonNullable<typeof child.stderr>), once(child, 'exit')]);
    expect(code).toBe(2);
    expect(said).toMatch(/NATS_URL must match/);
    expect(said).toMatch(/DATABASE_URL is not set/);
    expect(said).toMatch(/BATCH_MAX must be at least 1/);
  });
});
