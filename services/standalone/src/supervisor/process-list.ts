import { readFile, rename, writeFile } from 'node:fs/promises';
import { sleep } from '@pes/kernel';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts';

/** The processes of this instance, written down so that a successor can see to it that none of them lives on beside its own. */
export interface ProcessList {
  add(pid: number): void;
  remove(pid: number): void;
  /** Resolves when the file says what was last asked for. */
  settled(): Promise<void>;
}

export function createProcessList(path: string): ProcessList {
  const running = new Map<number, ProcessIdentity>();
  let writing: Promise<void> = Promise.resolve();
  const write = (): void => {
    const text = JSON.stringify([...running.values()]);
    writing = writing.then(async () => {
      await writeFile(`${path}.partial`, text);
      await rename(`${path}.partial`, path);
    }).catch(() => undefined);
  };
  return {
    add(pid) {
      running.set(pid, identityOf(pid));
      write();
    },
    remove(pid) {
      if (running.delete(pid)) write();
    },
    settled: () => writing,
  };
}

/**
 * Waits for processes that an earlier, killed instance left, and ends those that stay longer than the patience. Two servers on one
 * store would destroy it. Answers how many had to be ended.
 */
export async function outliveLeftovers(path: string, patienceMs: number): Promise<number> {
  const left = JSON.parse(await readFile(path, 'utf8').catch(() => '[]')) as ProcessIdentity[];
  const alive = (): ProcessIdentity[] => left.filter(isRunning);
  const deadline = performance.now() + patienceMs;
  while (alive().length > 0 && performance.now() < deadline) await sleep(50);
  const stubborn = alive();
  for (const { pid } of stubborn) process.kill(pid, 'SIGKILL');
  while (alive().length > 0) await sleep(20);
  return stubborn.length;
}
