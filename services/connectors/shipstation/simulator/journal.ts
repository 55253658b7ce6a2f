import { closeSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Where a line is; in memory, the line itself. */
export type LineRef = string | { offset: number; length: number };

/**
 * Append-only lines. With a file, a line is certain once `written` is through: the system has the bytes, and killing the process loses
 * nothing. All lines of one turn of the event loop go out in one write. A line that was cut by a kill is dropped at the next start.
 * Lines stay in the file and are read back when needed, so that 100,000 orders cost little memory.
 */
export interface Journal {
  append(line: string): LineRef;
  /** Wait for this before answering; undefined when there is nothing to wait for. */
  written(): Promise<void> | undefined;
  read(ref: LineRef): string;
  /** Calls back for every whole line that an earlier process left. */
  replay(each: (line: string, ref: LineRef) => void): void;
  clear(): void;
  close(): void;
}

export function openJournal(path: string | undefined): Journal {
  return path === undefined ? memoryJournal() : fileJournal(path);
}

function memoryJournal(): Journal {
  return { append: (line) => line, written: () => undefined, read: (ref) => ref as string, replay: () => undefined, clear: () => undefined, close: () => undefined };
}

const newline = 0x0a;
const chunkBytes = 1 << 20;

function fileJournal(path: string): Journal {
  const fd = openSync(path, 'a+');
  let end = fstatSync(fd).size;
  let waiting: string[] = [];
  let turn: Promise<void> | undefined;

  function flush(): void {
    turn = undefined;
    if (waiting.length === 0) return;
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
  }

  return {
    append(line) {
      const ref = { offset: end, length: Buffer.byteLength(line) };
      end += ref.length + 1;
      waiting.push(`${line}\n`);
      return ref;
    },

    written() {
      if (waiting.length === 0) return undefined;
      turn ??= new Promise((resolve) => setImmediate(() => resolve(flush())));
      return turn;
    },

    read(ref) {
      flush();
      const { offset, length } = ref as { offset: number; length: number };
      const bytes = Buffer.allocUnsafe(length);
      readSync(fd, bytes, 0, length, offset);
      return bytes.toString('utf8');
    },

    replay(each) {
      const wholeBytes = readLines(fd, end, each);
      if (wholeBytes < end) ftruncateSync(fd, wholeBytes);
      end = wholeBytes;
    },

    clear() {
      waiting = [];
      ftruncateSync(fd, 0);
      end = 0;
    },

    close() {
      flush();
      closeSync(fd);
    },
  };
}

/** The number of bytes up to the end of the last whole line. */
function readLines(fd: number, size: number, each: (line: string, ref: LineRef) => void): number {
  let rest: Buffer = Buffer.alloc(0);
  let restOffset = 0;
  for (let position = 0; position < size;) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - position));
    position += readSync(fd, chunk, 0, chunk.length, position);
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let stop = bytes.indexOf(newline); stop !== -1; stop = bytes.indexOf(newline, start)) {
      each(bytes.toString('utf8', start, stop), { offset: restOffset + start, length: stop - start });
      start = stop + 1;
    }
    rest = bytes.subarray(start);
    restOffset += start;
  }
  return restOffset;
}
