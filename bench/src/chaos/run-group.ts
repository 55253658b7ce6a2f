import { sleep } from '@pes/kernel';
import type { Cell } from './cell.ts';
import { judgeCells, type Stretch, type Verdict } from './judge-cells.ts';
import { startRig, type Rig, type RigOptions } from './rig.ts';

export interface GroupOptions extends RigOptions {
  cells: readonly Cell[];
  /** Overrides how long each fault lasts. */
  seconds: number | undefined;
  /** Cells that would begin later are left out. Milliseconds of performance.now(). */
  endsAt: number;
}

const round = (seconds: number): number => Math.round(seconds * 100) / 100;

async function runCell(rig: Rig, cell: Cell, { seconds, say }: GroupOptions): Promise<Stretch> {
  const firstIndex = rig.storefront.orders.all().length;
  const usualSeconds = round(await rig.recoverySeconds(cell.providers));
  say(`${cell.name} …`);
  const heal = await cell.inflict(rig, seconds ?? cell.seconds);
  const healing = heal();
  const recoverySeconds = round(await rig.recoverySeconds(cell.providers));
  await healing;
  say(`${cell.name}: first new order through after ${recoverySeconds} s (before the fault ${usualSeconds} s)`);
  return { cell: cell.name, firstIndex, usualSeconds, recoverySeconds };
}

/** Runs cells of one layout one after the other on one system, and judges all of them at the end. */
export async function runGroup(options: GroupOptions): Promise<Verdict> {
  const { cells, layout, say, endsAt } = options;
  say(`starting the system (${layout})`);
  const rig = await startRig(options);
  try {
    await sleep(2_000);
    const stretches: Stretch[] = [];
    for (const cell of cells) {
      if (performance.now() > endsAt) say(`${cell.name}: left out, the time is over`);
      else stretches.push(await runCell(rig, cell, options));
    }
    say('waiting until everything has come to rest');
    return await judgeCells(rig, stretches, say);
  } finally {
    await rig.stop();
  }
}
