import { sleep } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { writeAudit } from '../data-access/audit.sql.ts';
import { changeReplay, recentErrors, settleReplay } from '../data-access/change-replay.sql.ts';
import { claimItems, pendingLanes, silentItems, unsentItems } from '../data-access/replay-items.sql.ts';
import { releaseLease, renewLease, type LeasedReplay } from '../data-access/replay-lease.sql.ts';
import { createPace } from '../domain/pace.ts';
import { errorWindow, tooManyErrors, type ReplayState } from '../domain/replay.ts';
import type { Gateway } from '../gateway.ts';
import { sendItems } from './send-items.ts';

export interface ReplayAssignment {
  job: LeasedReplay;
  /** This worker, as the lease names it. */
  owner: string;
  stopping: AbortSignal;
}

const errorPauseMs = 500;
const maxTries = 10;

/**
 * Serves one job for as long as this worker holds its lease and there is something to do. All progress is in PostgreSQL, so another worker
 * goes on where this one dies: what was claimed and not noted as sent is sent again, which changes nothing where it arrived.
 */
export async function runReplay(gateway: Gateway, assignment: ReplayAssignment): Promise<void> {
  const { job, owner, stopping } = assignment;
  while (!stopping.aborted) {
    try {
      await serve(gateway, assignment);
      break;
    } catch (error) {
      gateway.log.warn({ err: error, replay: job.job_id }, 'a replay could not go on, trying again');
      await sleep(errorPauseMs, stopping);
    }
  }
  // When the database is gone the lease ends by itself.
  await releaseLease(gateway.db, job.job_id, owner).catch(() => undefined);
}

/** Returns when the job is done, paused, somebody else's, or the service stops. */
async function serve(gateway: Gateway, { job, owner, stopping }: ReplayAssignment): Promise<void> {
  const { config, db, clock } = gateway;
  const pace = createPace(job.velocity);
  for (let items = await unsentItems(db, job.job_id); items.length > 0; items = await unsentItems(db, job.job_id)) await sendItems(gateway, job, items);
  let lanes: string[] = [];
  let state: ReplayState | undefined;
  let beatAtMs = 0;
  while (!stopping.aborted) {
    const nowMs = clock.now();
    if (nowMs - beatAtMs >= config.REPLAY_LEASE_MS / 3) {
      state = await beat(gateway, job.job_id, owner);
      if (state === undefined) return;
      lanes = await pendingLanes(db, job.job_id);
      beatAtMs = nowMs;
    }
    if (state === 'running' && await pauseOnErrors(gateway, job)) return;
    const wanted = lanes.map((lane) => ({ lane, room: pace.room(lane, nowMs) })).filter(({ room }) => room > 0);
    if (wanted.length > 0) {
      const claimed = await claimItems(db, { jobId: job.job_id, owner, lanes: wanted });
      for (const { lane } of claimed) pace.spend(lane, 1);
      await sendItems(gateway, job, claimed.filter(({ state }) => state === 'sending'));
    }
    await sleep(config.REPLAY_TICK_MS, stopping);
  }
}

/** Renews the lease, repeats lost commands and moves the job on. Undefined when this worker has nothing more to do for it. */
async function beat(gateway: Gateway, jobId: string, owner: string): Promise<ReplayState | undefined> {
  const { config, db, log } = gateway;
  const job = await renewLease(db, jobId, owner, config.REPLAY_LEASE_MS);
  if (job === undefined) return undefined;
  const silent = await silentItems(db, jobId, config.REPLAY_REPEAT_MS, maxTries);
  if (silent.length > 0) {
    log.warn({ replay: jobId, count: silent.length }, 'push-dispatch said nothing about replayed pushes; they are commanded again');
    await sendItems(gateway, job, silent, true);
  }
  const moved = await settleReplay(db, jobId, owner);
  if (moved === undefined) return job.state;
  log.info({ replay: jobId, state: moved }, 'replay moved on');
  if (moved !== 'finished') return moved;
  await writeAudit(db, [{ subscriberId: job.subscriber_id, actor: 'gateway', action: 'replay.finish', targetKind: 'replay', targetId: jobId }]);
  return undefined;
}

async function pauseOnErrors(gateway: Gateway, job: LeasedReplay): Promise<boolean> {
  const window = await recentErrors(gateway.db, job.job_id, errorWindow.size);
  if (!tooManyErrors(window, job.max_error_percent)) return false;
  const reason = `${window.failed} of the last ${window.settled} outcomes were failures; at most ${job.max_error_percent} percent are allowed.`;
  const paused = await inTransaction(gateway.db, async (client) => {
    const changed = await changeReplay(client, { jobId: job.job_id, from: ['running'], to: 'paused', pauseReason: reason });
    if (changed) await writeAudit(client, [{ subscriberId: job.subscriber_id, actor: 'gateway', action: 'replay.pause', targetKind: 'replay', targetId: job.job_id, note: reason, detail: window }]);
    return changed;
  });
  if (paused) gateway.log.warn({ replay: job.job_id, ...window }, 'replay paused: too many failures');
  return paused;
}
