import { rename, writeFile } from 'node:fs/promises';

export interface ReadyFile {
  name: string;
  pid: number;
  /** Where health and metrics are served. */
  port: number;
}

/** Tells a parent process that the service is ready and on which port. Appears whole or not at all. */
export async function writeReadyFile(path: string, content: ReadyFile): Promise<void> {
  const partial = `${path}.${String(content.pid)}.partial`;
  await writeFile(partial, JSON.stringify(content));
  await rename(partial, path);
}
