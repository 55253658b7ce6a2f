import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { problemOf, watchLog } from '../src/supervisor/log-problems.ts';

describe('the console line of a log line', () => {
  it.each([
    ['{"level":"warn","msg":"sweep failed","err":{"message":"no database"}}', 'warn: sweep failed (no database)'],
    ['{"level":"error","msg":"two\\nlines","reason":"because"}', 'error: two lines (because)'],
    ['TypeError: x is not a function', 'TypeError: x is not a function'],
  ])('of %s is one line', (line, said) => {
    expect(problemOf(line)).toBe(said);
  });

  it.each(['{"level":"info","msg":"ready"}', '    at main (file.ts:1:1)', '}', ''])('of %j is none', (line) => {
    expect(problemOf(line)).toBeUndefined();
  });
});

describe('the watch over a log', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pes-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says what is new, each problem once, and nothing of earlier runs', async () => {
    const path = join(folder, 'x.log');
    await writeFile(path, '{"level":"error","msg":"old"}\n');
    const said: string[] = [];
    const watch = watchLog('x', path, (line) => said.push(line));
    await watch.read();
    await appendFile(path, '{"level":"warn","msg":"new"}\n{"level":"warn","msg":"new"}\n{"level":"info","msg":"fine"}\n{"level":"err');
    await watch.read();
    await appendFile(path, 'or","msg":"cut in two"}\n');
    await watch.stop();
    expect(said).toEqual(['x: warn: new', 'x: error: cut in two']);
  });
});
