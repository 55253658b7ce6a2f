import { randomBytes } from 'node:crypto';
import { access, chmod, constants, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { runCommand } from './run-command.ts';

/** Holds one folder per version, each with the file "nats-server". */
export function natsCacheFolder(): string {
  return join(cacheFolder(), 'nats-server');
}

export async function newestCachedNatsServer(): Promise<string | undefined> {
  const [newest] = await cachedVersions();
  return newest === undefined ? undefined : binaryOf(newest);
}

/** Throws with the versions there are when this one is missing. */
export async function cachedNatsServer(version: string): Promise<string> {
  const versions = await cachedVersions();
  if (versions.includes(version)) return binaryOf(version);
  throw new Error(`NATS_SERVER_VERSION is ${version}, but ${natsCacheFolder()} has ${versions.length === 0 ? 'nothing' : `only ${versions.join(', ')}`}`);
}

/**
 * Takes a binary into the cache under the version that it prints, and returns its path there. Throws when it does not run on this machine.
 * The folder of a version appears in one step, so that somebody who does the same at that moment never sees half a file.
 */
export async function addToNatsCache(binary: string): Promise<string> {
  const staging = join(natsCacheFolder(), `.new-${randomBytes(6).toString('hex')}`);
  await mkdir(staging, { recursive: true });
  try {
    const copy = join(staging, 'nats-server');
    await copyFile(binary, copy);
    await chmod(copy, 0o755);
    const version = /v(\d+\.\d+\.\d+\S*)/.exec(await runCommand(copy, ['--version']))?.[1];
    if (version === undefined) throw new Error(`${binary} --version prints no version`);
    const target = binaryOf(version);
    await rename(staging, dirname(target)).catch(async (error: unknown) => {
      if (!(await isExecutable(target))) throw error;
    });
    return target;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Newest first. */
async function cachedVersions(): Promise<string[]> {
  const names = await readdir(natsCacheFolder()).catch((): string[] => []);
  const versions = names.filter((name) => /^\d+\.\d+\.\d+/.test(name));
  const usable = await Promise.all(versions.map((version) => isExecutable(binaryOf(version))));
  return versions.filter((_, index) => usable[index] === true).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

function binaryOf(version: string): string {
  return join(natsCacheFolder(), version, 'nats-server');
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(() => true, () => false);
}
