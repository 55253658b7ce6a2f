import { prepareDataFolder, wipeDataFolder, type DataFolder } from './data-folder.ts';
import { acquireLock } from './instance-lock.ts';
import { outliveLeftovers } from './process-list.ts';
import type { Report } from './report.ts';
import type { Teardown } from './teardown.ts';

/** Longer than the guards of a killed instance take to end its processes. */
const leftoverPatienceMs = 15_000;

/** Makes the folder ours alone: locked, free of processes that a killed instance left, and empty when that is wanted. */
export async function takePossession(folder: DataFolder, wishes: { fresh: boolean; report: Report; teardown: Teardown }): Promise<void> {
  const { fresh, report, teardown } = wishes;
  await prepareDataFolder(folder);
  const lock = await acquireLock(folder.file('lock'));
  teardown.add('lock', () => lock.release());
  const ended = await outliveLeftovers(folder.file('processes'), leftoverPatienceMs);
  if (ended > 0) report(`ended ${ended} processes that an earlier instance left`);
  if (!fresh) return;
  await wipeDataFolder(folder);
  await prepareDataFolder(folder);
}
