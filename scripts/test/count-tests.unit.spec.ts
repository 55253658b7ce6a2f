import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const script = join(import.meta.dirname, '../count-tests.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'count-tests-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function count(report: object): { lastLine: string | undefined; status: number | null } {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(report));
  return run(path);
}

function run(path: string): { lastLine: string | undefined; status: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status };
}

describe('count-tests', () => {
  it('prints the counts alone on the last line and exits 0 when nothing failed', () => {
    expect(count({ numPassedTests: 12, numFailedTests: 0, numRuntimeErrorTestSuites: 0 })).toEqual({ lastLine: '12 passed, 0 failed', status: 0 });
  });

  it('counts a spec that could not be loaded as a failure', () => {
    expect(count({ numPassedTests: 12, numFailedTests: 1, numRuntimeErrorTestSuites: 2 })).toEqual({ lastLine: '12 passed, 3 failed', status: 1 });
  });

  it('fails when no test ran', () => {
    expect(count({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 })).toEqual({ lastLine: '0 passed, 0 failed', status: 1 });
  });

  it('fails when Jest left no results', () => {
    expect(run(join(folder, 'absent.json'))).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
  });
});
