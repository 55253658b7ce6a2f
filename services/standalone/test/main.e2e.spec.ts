import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { pageUrl, runStandalone, runningProcesses, type Run } from './standalone-process.ts';

let dataDir: string;
let run: Run;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'pes-main-')), 'data');
});
afterAll(async () => {
  run.child.kill('SIGKILL');
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

async function start(): Promise<string> {
  run = runStandalone('--demo', '5', '--data', dataDir);
  return waitUntil(() => pageUrl(run), { timeoutMs: 110_000, what: 'the address of the status page' });
}

const getJson = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

describe('the program without --exit', () => {
  it('serves its orders as a page and as JSON, and emits ten more when asked', async () => {
    const url = await start();
    const settled = async (count: number): Promise<boolean> => {
      const { orders, undecided } = await getJson<{ orders: number; undecided: number }>(`${url}api/summary`);
      return orders === count && undecided === 0;
    };
    await waitUntil(() => settled(5), { timeoutMs: 60_000, what: 'five decided orders' });
    expect((await fetch(`${url}demo-orders`, { method: 'POST', headers: { origin: 'http://elsewhere.example' } })).status).toBe(403);
    expect((await fetch(`${url}demo-orders`, { method: 'POST', redirect: 'manual' })).status).toBe(303);
    await waitUntil(() => settled(15), { timeoutMs: 60_000, what: 'fifteen decided orders' });
    const { rows } = await getJson<{ rows: { orderNumber: number }[] }>(`${url}api/orders?pageSize=4`);
    expect(rows.map(({ orderNumber }) => orderNumber)).toEqual([10_015, 10_014, 10_013, 10_012]);
    const page = await (await fetch(url)).text();
    expect(page).toContain('>10015<');
  }, 180_000);

  it('stops everything on SIGTERM and ends with 0', async () => {
    expect(await runningProcesses(dataDir)).toHaveLength(9);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await runningProcesses(dataDir)).toEqual([]);
  }, 60_000);

  it('leaves nothing running when it is killed itself', async () => {
    await start();
    expect(await runningProcesses(dataDir)).toHaveLength(9);
    run.child.kill('SIGKILL');
    await waitUntil(async () => (await runningProcesses(dataDir)).length === 0, { timeoutMs: 20_000, what: 'the end of all processes' });
    expect(await run.ended).toBe('SIGKILL');
  }, 180_000);
});
