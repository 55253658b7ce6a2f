import { select, type Queryable } from '@pes/store';
import type { LetterFilter } from '../domain/letter-filter.ts';
import type { Scope } from '../domain/scope.ts';
import type { ReplayState } from '../domain/replay.ts';

export interface ReplayView {
  id: string;
  state: ReplayState;
  filter: LetterFilter;
  asNew: boolean;
  includeUnknownRisk: boolean;
  velocityPerSecond: number;
  maxErrorPercent: number;
  note: string | null;
  actor: string;
  pauseReason: string | null;
  createdAt: Date;
  stateAt: Date;
  finishedAt: Date | null;
  /** sent: its command is out, whatever came of it; skipped: nothing was sent for it. */
  counts: { total: number; pending: number; sent: number; succeeded: number; failed: number; skipped: number };
}

const columns = `j.job_id as id, j.state, j.filter, j.as_new as "asNew", j.include_unknown_risk as "includeUnknownRisk", j.velocity as "velocityPerSecond",
  j.max_error_percent as "maxErrorPercent", j.note, j.actor, j.pause_reason as "pauseReason", j.created_at as "createdAt", j.state_at as "stateAt",
  j.finished_at as "finishedAt", c.counts`;

const counts = `cross join lateral (
  select json_build_object('total', count(*), 'pending', count(*) filter (where state in ('pending', 'sending')),
    'sent', count(*) filter (where sent_at is not null or state in ('taken', 'succeeded', 'failed')), 'succeeded', count(*) filter (where state = 'succeeded'),
    'failed', count(*) filter (where state = 'failed'), 'skipped', count(*) filter (where state = 'skipped')) as counts
  from replay_item i where i.job_id = j.job_id) c`;

const listStatement = {
  name: 'gateway-list-replays',
  text: `select ${columns} from (
      select * from replay_job where ($1::text[] is null or state = any($1)) and ($2::uuid is null or job_id < $2) and ($4::uuid is null or subscriber_id = $4) order by job_id desc limit $3::integer) j ${counts}
    order by j.job_id desc`,
};

/** Newest first. */
export async function listReplays(db: Queryable, scope: Scope, states: readonly ReplayState[] | undefined, { after, limit }: { after: string | undefined; limit: number }):
Promise<ReplayView[]> {
  return select<ReplayView>(db, listStatement, [states ?? null, after ?? null, limit, scope.subscriberId]);
}

const findStatement = {
  name: 'gateway-find-replays',
  text: `select ${columns} from replay_job j ${counts} where (j.job_id::text = $1 or right(j.job_id::text, 12) = $1) and ($2::uuid is null or j.subscriber_id = $2) limit 2`,
};

/** By id, or by its last twelve digits. */
export async function findReplays(db: Queryable, scope: Scope, id: string): Promise<ReplayView[]> {
  return select<ReplayView>(db, findStatement, [id, scope.subscriberId]);
}

const reasonsStatement = {
  name: 'gateway-replay-reasons',
  text: `select state, reason, count(*) as count from replay_item where job_id = $1 and reason is not null group by state, reason order by count desc, reason limit 10`,
};

/** Why items failed or were skipped, the most frequent first. */
export async function replayReasons(db: Queryable, jobId: string): Promise<Array<{ state: string; reason: string; count: number }>> {
  return select(db, reasonsStatement, [jobId]);
}
