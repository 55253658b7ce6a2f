import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { RunAs } from './run-as.ts';
import { runCommand } from './run-command.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Lies inside the data folder, so that it travels with a copy and the address stays the same over restarts. */
const passwordFile = 'superuser-password';

export interface ClusterTools {
  binaries: PostgresBinaries;
  runAs: RunAs | undefined;
}

/**
 * Makes the folder a PostgreSQL data folder unless it already is one. Returns the password of the user "postgres".
 * A new one is prepared beside its place, flushed to disk and renamed, so that a crash in between leaves no half of it.
 */
export async function keepCluster(dataDir: string, tools: ClusterTools): Promise<string> {
  const present = await readdir(dataDir).catch((): string[] => []);
  if (present.length > 0 && !present.includes(passwordFile)) {
    throw new Error(`dataDir ${dataDir} is neither empty nor made by startPostgres (it has no file ${passwordFile}): name another folder`);
  }
  if (present.length === 0) {
    const staging = await mkdtemp(`${dataDir}.new-`);
    try {
      await unpackCluster(staging, tools);
      const syncMethod = process.platform === 'linux' ? 'syncfs' : 'fsync';
      await runCommand(tools.binaries.initdb, ['--sync-only', `--sync-method=${syncMethod}`, '-D', staging], { runAs: tools.runAs });
      await rename(staging, dataDir);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  return readFile(join(dataDir, passwordFile), 'utf8');
}

/**
 * Fills an empty folder from a template that is initialised once per version: unpacking takes a small part of initdb's time.
 * The template is one file, renamed into place, so that it is either whole or absent, whoever else builds it at the same time.
 * Nothing is flushed to disk: that is only needed for data which must survive the machine. Returns like `keepCluster`.
 */
export async function unpackCluster(dataDir: string, tools: ClusterTools): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await giveTo(tools.runAs, dataDir);
  const archive = join(cacheFolder(), 'postgres', `template-${tools.binaries.version}.tar`);
  const template = await open(archive, 'r').catch(() => buildTemplate(archive, tools));
  try {
    await runCommand('tar', ['-xf', '-', '-C', dataDir], { runAs: tools.runAs, stdin: template.fd });
  } finally {
    await template.close();
  }
  return readFile(join(dataDir, passwordFile), 'utf8');
}

async function buildTemplate(archive: string, tools: ClusterTools): Promise<FileHandle> {
  const staging = await createTemporaryFolder('template');
  const dataDir = join(staging, 'data');
  const part = `${archive}.${randomBytes(6).toString('hex')}.part`;
  await mkdir(dirname(archive), { recursive: true, mode: 0o700 });
  try {
    await mkdir(dataDir, { mode: 0o700 });
    await initialise(dataDir, tools);
    const file = await open(part, 'wx', 0o600);
    await runCommand('tar', ['-cf', '-', '-C', dataDir, '.'], { runAs: tools.runAs, stdout: file.fd }).finally(() => file.close());
    await rename(part, archive);
  } finally {
    await rm(part, { force: true });
    await rm(staging, { recursive: true, force: true });
  }
  return open(archive, 'r');
}

async function initialise(dataDir: string, { binaries, runAs }: ClusterTools): Promise<void> {
  const password = randomBytes(18).toString('base64url');
  const staging = await createTemporaryFolder('initdb');
  const given = join(staging, 'password');
  try {
    await giveTo(runAs, dataDir);
    await writeFile(given, password, { mode: 0o600 });
    await giveTo(runAs, given);
    // The built-in locale sorts the same way on every machine; messages stay English because the start reads them.
    const locale = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    await runCommand(binaries.initdb, ['-D', dataDir, '-U', 'postgres', `--pwfile=${given}`, '-A', 'scram-sha-256', '--no-sync', ...locale], { runAs });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await writeFile(join(dataDir, passwordFile), password, { mode: 0o600 });
  await giveTo(runAs, join(dataDir, passwordFile));
}

async function giveTo(runAs: RunAs | undefined, path: string): Promise<void> {
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
}
