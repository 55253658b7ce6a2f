import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Mistake } from './rules.ts';

export interface SeedRequest {
  first: number;
  last: number;
  /** After so many failures it is enough. */
  most: number;
  mistakes?: readonly Mistake[];
  deliveriesAreForgotten?: boolean;
}

export type SeedAnswer = Array<{ seed: number; problems: string[] }>;

/** Runs seeds in a thread of its own, because the test runner's sandbox makes them three times as slow. One request at a time. */
export interface SeedRunner {
  failures(request: SeedRequest): Promise<SeedAnswer>;
  stop(): Promise<void>;
}

export function startSeedRunner(): SeedRunner {
  const worker = new Worker(new URL('../programs/seed-worker.ts', import.meta.url));
  return {
    async failures(request) {
      worker.postMessage(request);
      const [answer] = await once(worker, 'message') as [SeedAnswer];
      return answer;
    },
    async stop() { await worker.terminate(); },
  };
}
