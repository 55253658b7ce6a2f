import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts';

export interface InstanceLock {
  /** True when an earlier holder was killed before it could clean up. */
  tookOver: boolean;
  release(): Promise<void>;
}

/**
 * One instance for each data folder. The lock is a file that names its holder, linked into place whole; a file whose holder is gone is
 * set aside first, so that of two starters at once only one gets it. Throws when another instance holds it.
 */
export async function acquireLock(path: string): Promise<InstanceLock> {
  const own = identityOf(process.pid);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    let tookOver = false;
    while (!(await linked(draft, path))) {
      const holder = await readHolder(path);
      if (holder !== undefined && isRunning(holder)) throw new Error(`another instance (process ${holder.pid}) uses this data folder: stop it, or name another folder with --data`);
      tookOver = await setAside(path, holder) || tookOver;
    }
    return { tookOver, release: () => rm(path, { force: true }) };
  } finally {
    await rm(draft, { force: true });
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
}

/** Moves a dead lock away. If meanwhile another starter put its own there, that one is put back. */
async function setAside(path: string, dead: ProcessIdentity | undefined): Promise<boolean> {
  const aside = `${path}.dead.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved?.pid !== dead?.pid || moved?.startTicks !== dead?.startTicks) await linked(aside, path);
  await rm(aside, { force: true });
  return true;
}
