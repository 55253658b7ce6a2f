import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { compareLedgers, openStorefront, readLedgers, startSystem, surpriseOf, untilSettled, type RunningSystem, type Storefront } from '../src/index.ts';
import { identityOf, isRunning } from '../src/supervisor/process-identity.ts';

let parent: string;
let system: RunningSystem;
let storefront: Storefront;
const said: string[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'pes-system-'));
  system = await startSystem({ dataDir: join(parent, 'data'), report: (line) => said.push(line), env: { 'push-dispatch': { LOG_LEVEL: 'error' } } });
  storefront = await openStorefront({ natsUrl: system.natsUrl, orderLog: system.folder.file('orders'), firstOrderNumber: 1 });
}, 180_000);

afterAll(async () => {
  await storefront?.close();
  await system?.stop();
  await rm(parent, { recursive: true });
}, 60_000);

/** Orders go out while something is done to the system; in the end each must be where it belongs, once. */
async function expectNothingLost(count: number, trouble: () => Promise<void>): Promise<void> {
  const emitting = storefront.emit(count);
  await trouble();
  const orders = await emitting;
  await untilSettled(orders, storefront.tracker, { timeoutMs: 60_000, signal: never });
  expect(orders.flatMap((order) => surpriseOf(order, storefront.tracker) ?? [])).toEqual([]);
  const deliveries = storefront.orders.all().flatMap(({ expected }) => expected.deliveries);
  expect(compareLedgers(deliveries, await readLedgers(system.simulators)).findings).toEqual([]);
}

describe('the running system', () => {
  it('runs each service and simulator as a process of its own', () => {
    expect([...system.processes.keys()].sort()).toEqual(['hp-site-flow', 'hp-site-flow-simulator', 'order-eligibility', 'push-dispatch', 'shipstation', 'shipstation-simulator']);
    const pids = [...system.processes.values(), system.nats!, system.postgres!].map(({ pid }) => pid);
    expect(new Set([...pids, process.pid]).size).toBe(9);
  });

  it('serves health and metrics of a service on the port that it tells', async () => {
    const { port } = system.processes.get('order-eligibility')!;
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  });

  it('refuses a second one on the same folder', async () => {
    await expect(startSystem({ dataDir: system.folder.root, report: () => undefined })).rejects.toThrow('uses this data folder');
  });

  it('loses nothing when services are killed and started again', async () => {
    await expectNothingLost(30, async () => {
      for (const name of ['push-dispatch', 'shipstation'] as const) {
        await system.processes.get(name)!.kill('SIGKILL');
        await system.processes.get(name)!.restart();
      }
    });
  }, 180_000);

  it('loses nothing when NATS and PostgreSQL are killed and started again', async () => {
    await expectNothingLost(30, async () => {
      await system.nats!.kill();
      await system.nats!.restart();
      await system.postgres!.kill();
      await system.postgres!.restart();
    });
  }, 180_000);

  it('starts NATS again when it dies by itself', async () => {
    const before = system.nats!.pid;
    process.kill(before, 'SIGKILL');
    await waitUntil(() => said.some((line) => line.startsWith('nats is back')), { what: 'NATS to come back' });
    expect(system.nats!.pid).not.toBe(before);
  });

  it('leaves nothing running when it stops', async () => {
    const identities = [...system.processes.values(), system.nats!, system.postgres!].map(({ pid }) => identityOf(pid));
    await storefront.close();
    await system.stop();
    expect(identities.filter(isRunning)).toEqual([]);
  }, 60_000);
});
