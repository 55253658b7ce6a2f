import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAptSources, type AptSource } from './apt-sources.ts';
import { addToNatsCache } from './nats-cache.ts';
import { runCommand } from './run-command.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Newest first: JetStream has improved a lot between them. A suite that the mirror does not have, or whose binary does not run here, is skipped. */
const debianSuites = ['sid', 'trixie', 'bookworm'];

const classSuites = ['stable', 'testing', 'unstable', 'oldstable'];

const commandLimitMs = 180_000;

/** Where a machine says which distribution it runs and where its packages come from. */
export interface Distribution {
  aptFolder: string;
  releaseFile: string;
}

export const thisDistribution: Distribution = { aptFolder: '/etc/apt', releaseFile: '/etc/os-release' };

/**
 * Fetches the package nats-server from the mirror that the machine itself uses, with a configuration of apt of its own: no root,
 * nothing installed, nothing of the machine's package state changed. Throws with the reason when that does not work.
 */
export async function unpackDebianPackage(distribution: Distribution): Promise<string> {
  const source = await ownArchive(distribution);
  const problems: string[] = [];
  for (const suite of new Set([...debianSuites, ...source.suites])) {
    const folder = await createTemporaryFolder('apt');
    try {
      return await addToNatsCache(await unpack(source, suite, folder));
    } catch (error) {
      problems.push(`${suite}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`Debian package from ${source.uri}: ${problems.join('; ')}`);
}

/** The main archive of the distribution among the sources of the machine: other parties have their own components or suite names. */
async function ownArchive({ aptFolder, releaseFile }: Distribution): Promise<AptSource> {
  const release = await readFile(releaseFile, 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME="?([^"\n]+)/m.exec(release)?.[1] ?? '';
  const sources = await readAptSources(aptFolder);
  const own = sources.find(({ suites, components }) => components.includes('main') && suites.some((suite) => suite === codename || classSuites.includes(suite)));
  if (own === undefined) throw new Error('Debian package: this machine has no apt sources of a Debian-like distribution');
  // The sources of the updates have the same address, but their suites hold only a few packages.
  const suites = own.suites.filter((suite) => suite === codename || classSuites.includes(suite));
  const components = new Set(sources.filter(({ uri }) => uri === own.uri).flatMap((source) => source.components));
  return { ...own, suites, components: [...components].filter((component) => component === 'main' || component === 'universe') };
}

async function unpack(source: AptSource, suite: string, folder: string): Promise<string> {
  const options = await configureApt(source, suite, folder);
  await runCommand('apt-get', [...options, '-qq', 'update'], { timeoutMs: commandLimitMs });
  await runCommand('apt-get', [...options, '-qq', 'download', 'nats-server'], { cwd: folder, timeoutMs: commandLimitMs });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download brought no package');
  const unpacked = join(folder, 'unpacked');
  await runCommand('dpkg', ['-x', join(folder, archive), unpacked], { timeoutMs: commandLimitMs });
  for (const bin of ['usr/sbin', 'usr/bin']) {
    const names = await readdir(join(unpacked, bin)).catch((): string[] => []);
    if (names.includes('nats-server')) return join(unpacked, bin, 'nats-server');
  }
  throw new Error(`${archive} holds no nats-server`);
}

async function configureApt(source: AptSource, suite: string, folder: string): Promise<string[]> {
  const list = join(folder, 'sources.list');
  const signedBy = source.signedBy === undefined ? '' : `[signed-by=${source.signedBy}] `;
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(list, `deb ${signedBy}${source.uri} ${suite} ${source.components.join(' ')}\n`);
  const settings = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${folder}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'APT::Update::Error-Mode=any',
    'Acquire::Languages=none',
    'Acquire::http::Timeout=20',
    'Acquire::Retries=1',
    // As root, apt would hand the download to a user that may not write here.
    'APT::Sandbox::User=root',
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}
