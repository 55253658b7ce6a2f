import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What changes the state. Replaying the entries in order gives the state back. */
export type Entry =
  | { type: 'acknowledged'; token: string; orderId: string; atMs: number; dueAtMs: number; lost: boolean; document: unknown }
  | { type: 'created'; token: string; orderId: string; atMs: number; document: unknown }
  | { type: 'refused'; token: string; sourceOrderId: string }
  | { type: 'cancelled'; orderId: string };

export interface Journal {
  /** On return the entry survives the death of the process. */
  append(entry: Entry): void;
  clear(): void;
  close(): void;
}

function parseLine(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    // A line that a kill cut off: its request was never answered.
    return undefined;
  }
}

export function readEntries(file: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => (line === '' ? [] : (parseLine(line) ?? [])));
}

/** JSON lines in append mode. Without a file nothing is kept. */
export function openJournal(file: string | undefined): Journal {
  if (file === undefined) return { append: () => undefined, clear: () => undefined, close: () => undefined };
  const descriptor = openSync(file, 'a');
  // Ends a line that a kill cut off, so that the next entry stands on its own.
  writeSync(descriptor, '\n');
  return {
    append: (entry) => void writeSync(descriptor, `${JSON.stringify(entry)}\n`),
    clear: () => ftruncateSync(descriptor, 0),
    close: () => closeSync(descriptor),
  };
}
