import { runSeed } from '../simulation/run-seed.ts';

/** Prints the timeline of one simulated world, then what went wrong in it: `PES_SEED=123 node services/push-dispatch/test/programs/replay-seed.ts`. */
const seed = Number(process.env['PES_SEED']);
if (!Number.isInteger(seed)) throw new Error('PES_SEED is missing or no whole number. Give the seed that failed, for example PES_SEED=123.');
const print = (line: string): void => { process.stdout.write(`${line}\n`); };
const { problems } = runSeed(seed, { onTrace: print });
print(problems.length === 0 ? `seed ${seed}: everything held` : `seed ${seed}: ${problems.join('; ')}`);
process.exitCode = problems.length === 0 ? 0 : 1;
