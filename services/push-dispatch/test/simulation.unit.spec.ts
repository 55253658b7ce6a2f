import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { replayCommand, runSeed } from './simulation/run-seed.ts';
import { allMistakes, mistakeNames } from './simulation/rules.ts';
import { startSeedRunner, type SeedRunner } from './simulation/seed-runner.ts';

const { PES_SEED: onlySeed, PES_SEEDS: seedCount = '10000' } = process.env;
const first = onlySeed === undefined ? 1 : Number(onlySeed);
const last = onlySeed === undefined ? Number(seedCount) : first;
/** Every mistake shows within so many seeds, most of them within a few hundred. */
const seedsPerMistake = 4_000;
const timeoutMs = 120_000 + last * 20;

let runner: SeedRunner;
beforeAll(() => { runner = startSeedRunner(); });
afterAll(() => runner.stop());

function timelineOf(seed: number): string[] {
  const lines: string[] = [];
  runSeed(seed, { onTrace: (line) => lines.push(line) });
  return lines;
}

describe('the dispatch core, simulated', () => {
  it(`loses no order, makes none twice and says what is true, in the worlds of seeds ${first} to ${last}`, async () => {
    const failures = await runner.failures({ first, last, most: 5 });
    if (onlySeed !== undefined) process.stdout.write(`${timelineOf(first).join('\n')}\n`);
    expect(failures.map(({ seed, problems }) => `${replayCommand(seed)}\n  ${problems.join('\n  ')}`)).toEqual([]);
  }, timeoutMs);

  it('lives the same life again under the same seed', () => {
    const seeds = [1, 2, 3, 4, 5];
    expect(seeds.map(timelineOf)).toEqual(seeds.map(timelineOf));
    expect(timelineOf(1)).not.toEqual(timelineOf(2));
  });

  it.each(mistakeNames.map((name) => [allMistakes[name], name] as const))('notices when %s', async (_mistake, name) => {
    expect(await runner.failures({ first: 1, last: seedsPerMistake, most: 1, mistakes: [name] })).toHaveLength(1);
  });

  it('shows the known limit of a bus that is set back and forgets to whom it handed a message', async () => {
    expect(await runner.failures({ first: 1, last: seedsPerMistake, most: 1, deliveriesAreForgotten: true })).toHaveLength(1);
  });
});
