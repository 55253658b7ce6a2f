import { open, stat } from 'node:fs/promises';

/** Size now, the place from which `logSince` reads later. 0 when there is no file yet. */
export async function logLength(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What was appended after the given length, at most the last 4 000 bytes of it. */
export async function logSince(path: string, length: number): Promise<string> {
  const maxBytes = 4000;
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(length, size - maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), 0, undefined, from);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
