import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from './process-state.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends the backends that a killed postmaster left behind: they hold its shared memory, which keeps the next postmaster from starting,
 * and one that is busy goes on writing. Resolves when they are gone. A postmaster that lives is left alone, and its backends with it.
 * Needs /proc; elsewhere the backends leave by themselves when their query ends.
 */
export async function endOrphans(dataDir: string): Promise<void> {
  const folder = await realpath(dataDir);
  const found = await processesIn(folder);
  if (found.includes(await lockHolder(folder))) return;
  for (const pid of found) endNow(pid);
  await waitUntil(() => !found.some(isRunning), { what: `the end of the backends in ${dataDir}`, intervalMs: 5 });
}

/**
 * Removes the lock file when its process id was given to some other program after the postmaster's death. PostgreSQL
 * itself ignores it only when no process has that id. Needs /proc: elsewhere it cannot be told, and the file stays.
 */
export async function removeStaleLock(dataDir: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const folder = await realpath(dataDir);
  const found = await processesIn(folder);
  if (found.length === 0) await rm(lockFile(folder), { force: true });
}

function lockFile(folder: string): string {
  return join(folder, 'postmaster.pid');
}

/** The first line of the lock file is the process id. */
async function lockHolder(folder: string): Promise<number> {
  const lock = await readFile(lockFile(folder), 'utf8').catch(() => '');
  return Number.parseInt(lock, 10);
}

/** Every process of PostgreSQL works inside its data folder. A dead process that waits to be collected has no folder. */
async function processesIn(folder: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name));
  const mine = await Promise.all(pids.map(async (pid) => {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (cwd !== folder) return false;
    // A shell of somebody who looks around in the folder is not ours to end.
    const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return program.trim() === 'postgres';
  }));
  return pids.filter((_, index) => mine[index] === true).map(Number);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
