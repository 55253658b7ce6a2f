import { sleep } from '@pes/kernel';
import { createAttemptPartitions } from '../data-access/attempt-partitions.sql.ts';
import { dueAccounts } from '../data-access/find-accounts.sql.ts';
import { expiredLeases } from '../data-access/load-circumstances.sql.ts';
import { applyLeaseExpiry } from '../data-access/record-outcomes.sql.ts';
import { unansweredWork } from '../data-access/unanswered-work.sql.ts';
import { unpublishedChanges } from '../data-access/unpublished-changes.sql.ts';
import { countUnsettled } from '../data-access/unsettled.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { leaseExpired } from '../domain/transition.ts';
import { circumstancesOf } from '../domain/circumstances.ts';
import { publishNoted } from './publish-noted.ts';
import { announceWork } from './send-work.ts';

/** Timers that make the service independent of hints and of messages that got lost. Every replica runs them; rows are locked, never waited for. */
export interface Sweep {
  stop(): Promise<void>;
}

const expiryLimit = 500;
const forgottenAfterMs = 5_000;
const forgottenLimit = 500;

async function expireLeases(dispatch: Dispatch): Promise<void> {
  const expired = await expiredLeases(dispatch.db, expiryLimit);
  if (expired.length === 0) return;
  const manifests = await dispatch.manifests.current();
  const moves = expired.map((row) => ({
    pushId: row.push_id, attempt: row.attempt,
    transition: leaseExpired(circumstancesOf(row, manifests.get(row.provider), { nowMs: dispatch.clock.now(), random: Math.random() })),
  }));
  const rows = await applyLeaseExpiry(dispatch.db, moves);
  dispatch.log.warn({ count: rows.length }, 'connectors did not report in time; the orders are looked up');
  dispatch.wake(rows.map((row) => row.account_id));
  await publishNoted(dispatch, rows);
}

async function announceAgain(dispatch: Dispatch, olderThanMs: number): Promise<void> {
  const unanswered = await unansweredWork(dispatch.db, olderThanMs);
  if (unanswered.length === 0) return;
  dispatch.log.info({ count: unanswered.length }, 'work without an outcome is announced again');
  await announceWork(dispatch, unanswered);
}

/** Young changes are on their way in the process that made them. */
async function publishForgotten(dispatch: Dispatch): Promise<void> {
  const rows = await unpublishedChanges(dispatch.db, forgottenAfterMs, forgottenLimit);
  if (rows.length > 0) await publishNoted(dispatch, rows);
}

async function reportUnsettled(dispatch: Dispatch): Promise<void> {
  dispatch.metrics.unsettled.reset();
  for (const { provider, state, count } of await countUnsettled(dispatch.db)) dispatch.metrics.unsettled.set({ provider, state }, count);
}

export function startSweep(dispatch: Dispatch): Sweep {
  const { config, db, log } = dispatch;
  const stopping = new AbortController();

  async function every(intervalMs: number, name: string, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        log.warn({ err: error, sweep: name }, 'sweep failed, trying again');
      }
      await sleep(intervalMs, stopping.signal);
    }
  }

  let firstAnnouncement = true;
  const sweeps = [
    every(config.SWEEP_MS, 'due accounts', async () => dispatch.wake(await dueAccounts(db))),
    every(config.SWEEP_MS * 2, 'leases', () => expireLeases(dispatch)),
    every(config.REANNOUNCE_AFTER_MS / 3, 'unanswered work', async () => {
      // What this process claimed before it died is announced at once: nobody else will. A second old, so as not to race with another replica.
      await announceAgain(dispatch, firstAnnouncement ? 1_000 : config.REANNOUNCE_AFTER_MS);
      firstAnnouncement = false;
    }),
    every(forgottenAfterMs, 'unpublished changes', () => publishForgotten(dispatch)),
    every(5_000, 'integration stream', () => dispatch.integration.verify()),
    every(15_000, 'unsettled', () => reportUnsettled(dispatch)),
    every(3_600_000, 'partitions', () => createAttemptPartitions(db, config.ATTEMPT_RETENTION_DAYS)),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(sweeps);
    },
  };
}
