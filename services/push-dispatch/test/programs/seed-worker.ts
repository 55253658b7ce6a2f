import { parentPort } from 'node:worker_threads';
import { runSeed } from '../simulation/run-seed.ts';
import { rulesWith } from '../simulation/rules.ts';
import type { SeedAnswer, SeedRequest } from '../simulation/seed-runner.ts';

/** Answers each request with the first failures among its seeds. */
parentPort?.on('message', ({ first, last, most, ...changes }: SeedRequest) => {
  const answer: SeedAnswer = [];
  for (let seed = first; seed <= last && answer.length < most; seed += 1) {
    const { problems } = runSeed(seed, { rules: rulesWith(changes) });
    if (problems.length > 0) answer.push({ seed, problems });
  }
  parentPort?.postMessage(answer);
});
