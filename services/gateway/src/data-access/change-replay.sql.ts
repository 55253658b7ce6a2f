import { select, type Queryable } from '@pes/store';
import type { ReplayState } from '../domain/replay.ts';

const changeStatement = {
  name: 'gateway-change-replay',
  text: `update replay_job set state = $3::text, state_at = now(), pause_reason = $4,
      errors_since = case when $3::text = 'running' then now() else errors_since end,
      finished_at = case when $3::text in ('finished', 'cancelled') then now() end
    where job_id = $1 and state = any($2::text[]) returning job_id`,
};

export interface ReplayChange {
  jobId: string;
  from: readonly ReplayState[];
  to: ReplayState;
  pauseReason?: string;
}

/**
 * False when the job is in none of the states to leave. Waits for a claim that is under way, so nothing is claimed after it returns.
 * A resumed job looks at new outcomes only: the old ones would pause it again at once.
 */
export async function changeReplay(db: Queryable, { jobId, from, to, pauseReason }: ReplayChange): Promise<boolean> {
  return (await select(db, changeStatement, [jobId, from, to, pauseReason ?? null])).length > 0;
}

const dropPendingStatement = {
  name: 'gateway-drop-pending-items',
  text: `update replay_item set state = 'skipped', reason = 'The replay was cancelled.', settled_at = now() where job_id = $1 and state = 'pending' returning letter_id`,
};

/** What a cancelled job does not send any more. */
export async function skipPending(db: Queryable, jobId: string): Promise<number> {
  return (await select(db, dropPendingStatement, [jobId])).length;
}

const errorsStatement = {
  name: 'gateway-replay-errors',
  text: `select count(*) as settled, count(*) filter (where w.state = 'failed') as failed from replay_job j cross join lateral (
      select state from replay_item where job_id = j.job_id and settled_at >= j.errors_since and state in ('succeeded', 'failed')
      order by settled_at desc limit $2::integer) w
    where j.job_id = $1`,
};

/** The last outcomes since the job was started or resumed. */
export async function recentErrors(db: Queryable, jobId: string, windowSize: number): Promise<{ settled: number; failed: number }> {
  const [row] = await select<{ settled: number; failed: number }>(db, errorsStatement, [jobId, windowSize]);
  return row ?? { settled: 0, failed: 0 };
}

const settleStatement = {
  name: 'gateway-settle-replay',
  text: `update replay_job j set state = case when j.state = 'settling' then 'finished' else n.state end, state_at = now(),
      finished_at = case when j.state = 'settling' or n.state = 'finished' then now() end
    from (select case
        when exists (select from replay_item where job_id = $1 and state = 'pending') then 'running'
        when exists (select from replay_item where job_id = $1 and state = 'sending') then 'running'
        when exists (select from replay_item where job_id = $1 and state in ('sent', 'taken')) then 'settling'
        else 'finished' end as state) n
    where j.job_id = $1 and j.lease_owner = $2 and (
      (j.state = 'running' and n.state <> 'running')
      or (j.state = 'settling' and (n.state = 'finished' or j.state_at < now() - interval '1 day')))
    returning j.state`,
};

/** Moves a job on when its items are out, or have their outcomes. An outcome that takes longer than a day is not waited for. */
export async function settleReplay(db: Queryable, jobId: string, owner: string): Promise<ReplayState | undefined> {
  const [row] = await select<{ state: ReplayState }>(db, settleStatement, [jobId, owner]);
  return row?.state;
}
