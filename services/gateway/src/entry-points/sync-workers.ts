import { newId, sleep } from '@pes/kernel';
import { takeSyncs } from '../data-access/sync-runs.sql.ts';
import type { Gateway } from '../gateway.ts';
import { runSync, syncLeaseMs } from './sync-worker.ts';

const idleMs = 500;
const atOnce = 4;

/** Gives every sync one worker among all replicas. One whose worker dies is taken again when its lease ends. */
export function startSyncWorkers(gateway: Gateway): { stop(): Promise<void> } {
  const { db, log } = gateway;
  const owner = newId();
  const stopping = new AbortController();
  const workers = new Map<string, Promise<void>>();

  async function take(): Promise<void> {
    if (workers.size >= atOnce) return;
    for (const run of await takeSyncs(db, owner, { leaseMs: syncLeaseMs, served: [...workers.keys()], limit: atOnce - workers.size })) {
      const worker = runSync(gateway, run, { owner, stopping: stopping.signal })
        .catch((error: unknown) => log.warn({ err: error, sync: run.syncId }, 'a sync could not go on, trying again'))
        .finally(() => workers.delete(run.syncId));
      workers.set(run.syncId, worker);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await take().catch((error: unknown) => log.warn({ err: error }, 'syncs could not be looked for, trying again'));
      await sleep(idleMs, stopping.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(workers.values());
    },
  };
}
