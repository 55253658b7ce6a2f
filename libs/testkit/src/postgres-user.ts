import { stat } from 'node:fs/promises';
import { canReach } from './can-reach.ts';
import type { RunAs } from './run-as.ts';
import { runCommand } from './run-command.ts';

/**
 * The user that PostgreSQL runs as; undefined for the current one. PostgreSQL refuses to run as root: then it is the owner of
 * the existing data folder, else "postgres" where there is such a user, else "nobody", which every system has.
 * Throws when that user cannot get to the given paths in any way.
 */
export async function postgresUser(dataDir: string, paths: string[]): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user = await chooseUser(dataDir);
  for (const throughClosedFolders of [false, true]) {
    const runAs = { ...user, throughClosedFolders };
    if (await canReach(runAs, paths)) return runAs;
  }
  throw new Error(
    `PostgreSQL runs as the user with the id ${user.uid}, because it refuses to run as root, and that user may not enter ${paths.join(' or ')}: ` +
      'use folders whose parents all users may enter, install setpriv (util-linux), or run as an ordinary user',
  );
}

async function chooseUser(dataDir: string): Promise<{ uid: number; gid: number }> {
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return lookUp('postgres').catch(() => lookUp('nobody'));
}

async function lookUp(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([runCommand('id', ['-u', name]), runCommand('id', ['-g', name])]);
  return { uid: Number(uid), gid: Number(gid) };
}
