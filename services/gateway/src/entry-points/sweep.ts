import { sleep } from '@pes/kernel';
import { countOpen } from '../data-access/find-letters.sql.ts';
import { dropOldKeys } from '../data-access/idempotency.sql.ts';
import { dropSettled } from '../data-access/retention.sql.ts';
import { dropSyncs } from '../data-access/sync-runs.sql.ts';
import { dropTimeline } from '../data-access/timeline.sql.ts';
import type { Gateway } from '../gateway.ts';
import { compareDead } from './compare-dead.ts';
import { compareOrders } from './compare-orders.ts';
import { checkOutbox } from './outbox-relay.ts';

/** After a broker or database restart the others need a moment; a whole interval would leave what was lost unseen for minutes. */
const retryMs = 2_000;
const unfinished = Symbol('unfinished');

/** Timers. Every replica runs them; all of it may run twice. */
export function startSweep(gateway: Gateway): { stop(): Promise<void> } {
  const { config, db, log, metrics } = gateway;
  const stopping = new AbortController();

  async function every(intervalMs: number, name: string, work: () => Promise<unknown>): Promise<void> {
    while (!stopping.signal.aborted) {
      let done = false;
      try {
        done = (await work()) !== unfinished;
      } catch (error) {
        log.warn({ err: error, sweep: name }, 'sweep failed, trying again');
      }
      await sleep(done ? intervalMs : Math.min(intervalMs, retryMs), stopping.signal);
    }
  }

  const sweeps = [
    every(config.COMPARE_DEAD_MS, 'dead pushes', async () => (await compareDead(gateway)).complete || unfinished),
    every(Math.min(config.OUTBOX_CHECK_MS, 15_000), 'outbox', () => checkOutbox(gateway)),
    every(config.COMPARE_ORDERS_MS, 'decisions', () => compareOrders(gateway)),
    every(15_000, 'open dead letters', async () => {
      for (const [kind, count] of Object.entries(await countOpen(db))) metrics.open.set({ kind }, count);
    }),
    every(3_600_000, 'retention', () => dropSettled(db, config.RETENTION_DAYS)),
    every(3_600_000, 'timeline', () => dropTimeline(db, config.RETENTION_DAYS)),
    every(3_600_000, 'syncs', () => dropSyncs(db, config.RETENTION_DAYS)),
    every(3_600_000, 'idempotency keys', () => dropOldKeys(db)),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(sweeps);
    },
  };
}
