import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runStandalone, runningProcesses, type Run } from './standalone-process.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'pes-demo-')), 'data');
});
afterAll(() => rm(join(dataDir, '..'), { recursive: true }));

const ledgers = ['shipstation', 'hp-site-flow'];
/** A simulator begins with an empty line when it starts. */
const readLedger = async (provider: string): Promise<string[]> => (await readFile(join(dataDir, 'simulators', `${provider}.jsonl`), 'utf8')).split('\n').filter((line) => line !== '');

async function summaryOf(run: Run): Promise<{ exitCode: unknown; summary: Record<string, number> }> {
  const exitCode = await run.ended;
  const last = run.lines.at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`no summary on standard output, but on standard error:\n${run.said()}`);
  return { exitCode, summary: JSON.parse(last) as Record<string, number> };
}

/** One folder through three starts; each test goes on from the one before. */
describe('a demo with --exit', () => {
  let ledgersBefore: string[][];

  it('pushes sixty orders of every kind, loses none, sends none twice, and ends with 0', async () => {
    const { exitCode, summary } = await summaryOf(runStandalone('--demo', '60', '--exit', '--data', dataDir));
    expect(summary).toMatchObject({ orders: 60, compared: 60, lost: 0, duplicated: 0, unexpected: 0, dead: 0, deadLetters: 0 });
    const { eligible, waiting, pushes, sent, rejected, waitingMapping } = summary;
    expect(eligible! + waiting!).toBe(60);
    expect(sent! + rejected! + waitingMapping!).toBe(pushes);
    expect([eligible! > 45, waiting! > 0, rejected! > 0, waitingMapping! > 0]).toEqual([true, true, true, true]);
    expect(exitCode).toBe(0);
    expect(await runningProcesses(dataDir)).toEqual([]);
    ledgersBefore = await Promise.all(ledgers.map(readLedger));
  }, 180_000);

  it('sees the orders of an earlier run again, and sends nothing again', async () => {
    const run = runStandalone('--demo', '0', '--exit', '--data', dataDir);
    const { exitCode, summary } = await summaryOf(run);
    expect(summary).toMatchObject({ orders: 0, compared: 60, lost: 0, duplicated: 0, unexpected: 0 });
    expect(exitCode).toBe(0);
    expect(await Promise.all(ledgers.map(readLedger))).toEqual(ledgersBefore);
    expect(run.lines.map((line) => line.slice(0, 12))).toEqual(['Status page:', '{"orders":0,']);
  }, 180_000);

  it('ends with 1 and names the order when a provider has lost one', async () => {
    const lines = await readLedger('shipstation');
    const { order: { orderNumber, items } } = JSON.parse(lines.at(-1)!) as { order: { orderNumber: string; items: { adjustment: boolean }[] } };
    await writeFile(join(dataDir, 'simulators', 'shipstation.jsonl'), `${lines.slice(0, -1).join('\n')}\n`);
    const run = runStandalone('--demo', '0', '--exit', '--data', dataDir);
    const { exitCode, summary } = await summaryOf(run);
    // An order in several parts misses the items of the part that is gone.
    const isPart = /-\d+-\d+$/.test(orderNumber);
    expect(summary).toMatchObject({ lost: isPart ? items.filter(({ adjustment }) => !adjustment).length : 1, duplicated: 0 });
    expect(run.said()).toContain(isPart ? orderNumber.replace(/-\d+$/, '') : orderNumber);
    expect(exitCode).toBe(1);
  }, 180_000);
});

describe('a wrong command line', () => {
  it('ends with 2, says why, and prints nothing on standard output', async () => {
    const run = runStandalone('--demo', 'many');
    expect(await run.ended).toBe(2);
    expect(run.said()).toContain('--demo must be a whole number from 0 to 1000000, but is many');
    expect(run.lines).toEqual([]);
  });
});
