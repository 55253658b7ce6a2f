import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arguments } from './arguments.ts';

export interface ChosenFolder {
  path: string;
  /** Removes it, if it was only made for this run. */
  discard(): Promise<void>;
  isTemporary: boolean;
}

const defaultFolder = fileURLToPath(new URL('../../../.data/standalone', import.meta.url));

/** What --data names; else a temporary folder for a demo, and the default one for everything else. */
export async function chooseDataFolder({ data, demo }: Pick<Arguments, 'data' | 'demo'>): Promise<ChosenFolder> {
  if (data !== undefined || demo === undefined) {
    return { path: resolve(data ?? defaultFolder), isTemporary: false, discard: () => Promise.resolve() };
  }
  const path = await mkdtemp(join(tmpdir(), 'pes-standalone-'));
  // PostgreSQL runs as another user where this process runs as root, and must get through to its own folder.
  await chmod(path, 0o711);
  return { path, isTemporary: true, discard: () => rm(path, { recursive: true, force: true }) };
}
