import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { copyFromDockerImage } from './nats-from-docker.ts';
import { thisDistribution, unpackDebianPackage, type Distribution } from './nats-from-debian.ts';
import { cachedNatsServer, natsCacheFolder, newestCachedNatsServer } from './nats-cache.ts';

/**
 * The path of a nats-server binary. The first of these that has one:
 * 1. NATS_SERVER_BIN, a path.
 * 2. NATS_SERVER_VERSION, a version in the cache folder.
 * 3. PATH.
 * 4. The newest version in the cache folder.
 * 5. The package of the distribution (Debian and its relatives), unpacked into the cache folder without root.
 * 6. The image "nats" of a Docker engine, from which the binary is copied into the cache folder.
 * Throws with what to do when none has, or when a variable names something that is not there.
 */
export async function findNatsServer(distribution = thisDistribution): Promise<string> {
  const path = process.env['NATS_SERVER_BIN'];
  if (path !== undefined && path !== '') {
    if (await isExecutable(path)) return path;
    throw new Error(`NATS_SERVER_BIN is ${path}, which is not an executable file`);
  }
  const version = process.env['NATS_SERVER_VERSION'];
  if (version !== undefined && version !== '') return cachedNatsServer(version);
  return (await onPath()) ?? (await newestCachedNatsServer()) ?? fetchNatsServer(distribution);
}

async function fetchNatsServer(distribution: Distribution): Promise<string> {
  const problems: string[] = [];
  for (const attempt of [() => unpackDebianPackage(distribution), copyFromDockerImage]) {
    try {
      return await attempt();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    [
      'no nats-server found. Install it (macOS: brew install nats-server; others: the package nats-server or a release of nats-io/nats-server, 2.9.10 or newer),',
      `so that it is on PATH, or name it in NATS_SERVER_BIN, or put it at ${join(natsCacheFolder(), '<version>', 'nats-server')}.`,
      'Getting it in other ways failed:',
      ...problems.map((problem) => `- ${problem}`),
    ].join('\n'),
  );
}

async function onPath(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const candidate = join(folder, 'nats-server');
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(() => true, () => false);
}
