import { newId, sleep } from '@pes/kernel';
import { takeReplays } from '../data-access/replay-lease.sql.ts';
import type { Gateway } from '../gateway.ts';
import { runReplay } from './replay-worker.ts';

/** Gives every active job one worker among all replicas: whoever gets its lease. */
export interface ReplayWorkers {
  wake(): void;
  stop(): Promise<void>;
}

const idleMs = 1_000;

export function startReplayWorkers(gateway: Gateway): ReplayWorkers {
  const { config, db, log } = gateway;
  const owner = newId();
  const stopping = new AbortController();
  const workers = new Map<string, Promise<void>>();
  let signal = Promise.withResolvers<void>();

  async function take(): Promise<void> {
    for (const job of await takeReplays(db, owner, config.REPLAY_LEASE_MS, [...workers.keys()])) {
      log.info({ replay: job.job_id }, 'serving a replay');
      const worker = runReplay(gateway, { job, owner, stopping: stopping.signal }).finally(() => workers.delete(job.job_id));
      workers.set(job.job_id, worker);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { promise } = signal;
      await take().catch((error: unknown) => log.warn({ err: error }, 'replays could not be looked for, trying again'));
      await Promise.race([promise, sleep(idleMs, stopping.signal)]);
      signal = Promise.withResolvers<void>();
    }
  }

  const running = run();
  return {
    wake: () => signal.resolve(),
    async stop() {
      stopping.abort();
      signal.resolve();
      await running;
      await Promise.all(workers.values());
    },
  };
}
