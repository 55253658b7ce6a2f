import { parseArgs } from 'node:util';
import { brokerCells } from './broker-cells.ts';
import type { Cell } from './cell.ts';
import { databaseCells } from './database-cells.ts';
import type { CellResult, Verdict } from './judge-cells.ts';
import { networkCells } from './network-cells.ts';
import { processCells } from './process-cells.ts';
import { runGroup } from './run-group.ts';

/**
 * npm run chaos [-- --cell "kill nats-server" --seconds 20 --rate 50 --minutes 15 --keep]
 *
 * Breaks every part of the running system under load and says what it cost; see README.md. The last line is one JSON object.
 */
const { values } = parseArgs({
  options: {
    cell: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    rate: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '15' },
    keep: { type: 'boolean', default: false },
  },
});

const longestRecoverySeconds = 5;
const all: readonly Cell[] = [...brokerCells, ...databaseCells, ...processCells, ...networkCells];

function chosenCells(): readonly Cell[] {
  const { cell: names } = values;
  if (names === undefined) return all;
  const chosen = all.filter(({ name }) => names.some((wanted) => name.includes(wanted)));
  if (chosen.length > 0) return chosen;
  process.stderr.write(`no cell is called ${names.join(', ')}. There are:\n${all.map(({ name }) => `  ${name}\n`).join('')}`);
  process.exit(2);
}

const startedAt = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
};

async function runAll(cells: readonly Cell[]): Promise<Verdict> {
  const verdict: Verdict = { cells: [], untold: 0 };
  for (const layout of ['plain', 'proxied', 'cluster'] as const) {
    const group = cells.filter((cell) => cell.layout === layout);
    if (group.length === 0) continue;
    const judging = runGroup({
      cells: group, layout, say, keep: values.keep, ordersPerSecond: Number(values.rate),
      seconds: values.seconds === undefined ? undefined : Number(values.seconds), endsAt: startedAt + Number(values.minutes) * 60_000,
    });
    // A group that breaks down counts as left out; the others still have something to say.
    const { cells: judged, untold } = await judging.catch((error: unknown): Verdict => {
      say(`the cells of layout ${layout} broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { cells: [], untold: 0 };
    });
    verdict.cells.push(...judged);
    if (untold > 0) say(`${untold} pushes of layout ${layout} are not told as they are`);
    verdict.untold += untold;
  }
  return verdict;
}

const cells = chosenCells();
const { cells: results, untold } = await runAll(cells);
const sum = (of: (result: CellResult) => number): number => results.reduce((total, result) => total + of(result), 0);
const lost = sum((result) => result.lost);
const duplicated = sum((result) => result.duplicated);
const unexpected = sum((result) => result.unexpected);
const worstRecoverySeconds = Math.max(...results.map(({ recoverySeconds }) => recoverySeconds));
const leftOut = cells.length - results.length;
// JSON has no Infinity: a cell that did not recover is null.
process.stdout.write(`${JSON.stringify({ cells: results, lost, duplicated, unexpected, untold, leftOut, worstRecoverySeconds })}\n`);
process.exit(lost + duplicated + unexpected + untold + leftOut === 0 && worstRecoverySeconds <= longestRecoverySeconds ? 0 : 1);
