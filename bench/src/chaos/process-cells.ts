import { sleep } from '@pes/kernel';
import type { ManagedProcess, ProcessName } from '@pes/standalone';
import { bothProviders, type Cell } from './cell.ts';

const victims: ReadonlyArray<{ name: ProcessName; providers: readonly string[] }> = [
  { name: 'order-eligibility', providers: bothProviders },
  { name: 'push-dispatch', providers: bothProviders },
  { name: 'shipstation', providers: ['shipstation'] },
  { name: 'hp-site-flow', providers: ['hp-site-flow'] },
  { name: 'shipstation-simulator', providers: ['shipstation'] },
  { name: 'hp-site-flow-simulator', providers: ['hp-site-flow'] },
];

const everyMs = 4_000;
/** Long enough for orders to run into what is down. */
const downMs = 300;

/** Kills again and again, whether the process came up in between or not. */
async function killAgainAndAgain(victim: ManagedProcess, seconds: number): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  let restarting: Promise<unknown> = Promise.resolve();
  while (performance.now() < endsAt) {
    await victim.kill();
    await restarting;
    await sleep(downMs);
    restarting = victim.restart().catch(() => undefined);
    await sleep(everyMs - downMs);
  }
  await victim.kill();
  await restarting;
  await sleep(downMs);
}

export const processCells: readonly Cell[] = victims.map(({ name, providers }) => ({
  name: `kill ${name}`, layout: 'plain', providers, seconds: 20,
  async inflict({ system }, seconds) {
    const victim = system.processes.get(name);
    if (victim === undefined) throw new Error(`${name} does not run`);
    await killAgainAndAgain(victim, seconds);
    return () => victim.restart();
  },
}));
