import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sleep } from '@pes/kernel';
import { waitUntil } from '@pes/testkit';
import { startKillRun, type KillRun } from './kill-run.ts';

/*
 * With the defaults of push-dispatch (a lease of 50 s for ShipStation and 150 s for Site Flow, a second announcement after 15 s) the same
 * things happen later: what a killed connector held comes back to its successor after four seconds, by the broker; what a killed dispatch
 * had claimed is announced again at its start. Leases and the 15 seconds matter only for what the broker lost or nobody reported, and
 * only for the orders that were under way: new ones never wait for them.
 */
const env = { 'push-dispatch': { LEASE_MS: '12000', REANNOUNCE_AFTER_MS: '2000' } };

const orders = 2000;
const bothProviders = ['shipstation', 'hp-site-flow'];
/** Long enough for orders to run into what is down. */
const downMs = 500;

const processes = [
  { name: 'order-eligibility', providers: bothProviders },
  { name: 'push-dispatch', providers: bothProviders },
  { name: 'shipstation', providers: ['shipstation'] },
  { name: 'hp-site-flow', providers: ['hp-site-flow'] },
  { name: 'shipstation-simulator', providers: ['shipstation'] },
  { name: 'hp-site-flow-simulator', providers: ['hp-site-flow'] },
] as const;

interface Victim {
  name: string;
  providers: readonly string[];
  kill(): Promise<void>;
  restart(): Promise<void>;
}

function victimsOf({ system }: KillRun): Victim[] {
  const { nats, postgres } = system;
  return [
    ...processes.map(({ name, providers }) => {
      const managed = system.processes.get(name)!;
      return { name, providers, kill: () => managed.kill(), restart: () => managed.restart() };
    }),
    { name: 'nats-server', providers: bothProviders, kill: () => nats!.kill(), restart: () => nats!.restart() },
    { name: 'PostgreSQL', providers: bothProviders, kill: () => postgres!.kill(), restart: () => postgres!.restart() },
  ];
}

/** Answers in seconds from the start of its successor when that was ready, and when the first new order was through. */
async function killOnce(run: KillRun, { kill, restart, providers }: Victim): Promise<{ ready: number; through: number }> {
  await kill();
  await sleep(downMs);
  const startedAt = performance.now();
  const readiness = restart().then(() => (performance.now() - startedAt) / 1000);
  return { through: await run.recoverySeconds(providers), ready: await readiness };
}

describe('a run of 2,000 orders in which every process is killed once', () => {
  let run: KillRun;
  beforeAll(async () => { run = await startKillRun(env); }, 120_000);
  afterAll(() => run.stop(), 60_000);

  it('loses and doubles nothing at the providers', async () => {
    const load = run.startLoad();
    for (const victim of victimsOf(run)) {
      // In the middle of the run: orders flow before and after.
      const usual = await run.recoverySeconds(victim.providers);
      const { ready, through } = await killOnce(run, victim);
      process.stderr.write(`${victim.name}: successor ready after ${ready.toFixed(1)} s, first new order through after ${through.toFixed(1)} s, without a kill ${usual.toFixed(1)} s\n`);
    }
    await waitUntil(() => load.count() >= orders, { timeoutMs: 120_000, intervalMs: 200, what: `${orders} orders to be emitted` });
    const loaded = load.stop();
    const { lost, duplicated, findings, surprises } = await run.settleAndCompare();
    await loaded;

    expect({ lost, duplicated, findings, surprises }).toEqual({ lost: 0, duplicated: 0, findings: [], surprises: [] });
    expect(run.storefront.orders.all().length).toBeGreaterThanOrEqual(orders);
  }, 400_000);
});
