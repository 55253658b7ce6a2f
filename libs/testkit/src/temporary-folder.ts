import { chmod, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the names of this process's temporary folders begin. */
export function temporaryFolderPrefix(name: string): string {
  return `pes-${name}-${process.pid}-`;
}

/** A new folder which other users may enter: PostgreSQL runs as another user where this process runs as root. */
export async function createTemporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), temporaryFolderPrefix(name)));
  await chmod(folder, 0o755);
  return folder;
}
