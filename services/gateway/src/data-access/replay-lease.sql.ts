import { select, type Queryable } from '@pes/store';
import type { ReplayState } from '../domain/replay.ts';

/** A job that this worker may serve until the lease ends. */
export interface LeasedReplay {
  job_id: string;
  state: ReplayState;
  as_new: boolean;
  velocity: number;
  max_error_percent: number;
  actor: string;
  subscriber_id: string | null;
  note: string | null;
}

const columns = 'job_id, state, as_new, velocity, max_error_percent, actor, subscriber_id, note';

const takeStatement = {
  name: 'gateway-take-replays',
  text: `update replay_job set lease_owner = $1, lease_until = now() + $2::integer * interval '1 millisecond'
    where job_id in (
      select job_id from replay_job where state in ('running', 'settling') and lease_until < now() and job_id <> all($3::uuid[])
      order by job_id limit 10 for update skip locked)
    returning ${columns}`,
};

/** Jobs without a worker, except those that this process serves already. */
export async function takeReplays(db: Queryable, owner: string, leaseMs: number, served: readonly string[]): Promise<LeasedReplay[]> {
  return select<LeasedReplay>(db, takeStatement, [owner, leaseMs, served]);
}

const renewStatement = {
  name: 'gateway-renew-replay',
  text: `update replay_job set lease_until = now() + $3::integer * interval '1 millisecond'
    where job_id = $1 and lease_owner = $2 and lease_until > now() and state in ('running', 'settling') returning ${columns}`,
};

/** Undefined when the job is somebody else's, or nothing is to be done for it. */
export async function renewLease(db: Queryable, jobId: string, owner: string, leaseMs: number): Promise<LeasedReplay | undefined> {
  const [job] = await select<LeasedReplay>(db, renewStatement, [jobId, owner, leaseMs]);
  return job;
}

const releaseStatement = { name: 'gateway-release-replay', text: `update replay_job set lease_until = '-infinity' where job_id = $1 and lease_owner = $2` };

/** Lets another worker go on at once. */
export async function releaseLease(db: Queryable, jobId: string, owner: string): Promise<void> {
  await select(db, releaseStatement, [jobId, owner]);
}
