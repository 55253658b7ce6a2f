import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { generateStory, type Story } from './generate-story.ts';

/** A run of orders that were, or are being, emitted. With the seed it is enough to make the orders again. */
export interface Batch {
  firstIndex: number;
  count: number;
  nowMs: number;
}

/**
 * What the simulated storefront has emitted, on disk: a line before a batch and one after it. A restart compares all of it, and emits a
 * batch again whose second line is missing; events that were already out are repeats then, which change nothing.
 */
export interface OrderLog {
  batches(): readonly Batch[];
  unfinished(): Batch[];
  begin(count: number, nowMs: number): Promise<Batch>;
  finish(batch: Batch): Promise<void>;
  stories(batch: Batch): Generator<Story>;
}

type Line = { seed: string; firstOrderNumber: number; generator: number } | { begin: Batch } | { finish: number };

/** Counts changes of the generator that make other orders of the same seed. */
const generator = 1;

export async function openOrderLog(path: string, firstOrderNumber: number): Promise<OrderLog> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line) => parse(line));
  const append = (line: Line): Promise<void> => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true });
  // Ends a line that a kill cut off, so that the next one stands on its own.
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
  const known = lines.find((line) => 'seed' in line);
  if (known !== undefined && known.generator !== generator) throw new Error('the orders of this data folder were made by another version: start with --fresh, or name another folder with --data');
  // Another seed for each folder: a database from outside may hold the orders of an earlier one.
  const head = known ?? { seed: randomUUID(), firstOrderNumber, generator };
  if (known === undefined) await append(head);

  const batches = lines.flatMap((line) => ('begin' in line ? [line.begin] : []));
  const finished = new Set(lines.flatMap((line) => ('finish' in line ? [line.finish] : [])));
  return {
    batches: () => batches,
    unfinished: () => batches.filter(({ firstIndex }) => !finished.has(firstIndex)),
    async begin(count, nowMs) {
      const last = batches.at(-1);
      const batch: Batch = { firstIndex: last === undefined ? 0 : last.firstIndex + last.count, count, nowMs };
      batches.push(batch);
      await append({ begin: batch });
      return batch;
    },
    async finish({ firstIndex }) {
      finished.add(firstIndex);
      await append({ finish: firstIndex });
    },
    * stories({ firstIndex, count, nowMs }) {
      for (let index = firstIndex; index < firstIndex + count; index += 1) {
        yield generateStory({ seed: head.seed, firstOrderNumber: head.firstOrderNumber, index, nowMs });
      }
    },
  };
}

/** A line that a kill cut off says nothing. */
function parse(line: string): Line[] {
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}
