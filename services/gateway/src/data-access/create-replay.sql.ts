import { select, type Queryable } from '@pes/store';
import type { LetterFilter } from '../domain/letter-filter.ts';
import { filterCondition, filterValues } from './filter-condition.ts';
import { jsonParameter } from './json-parameter.ts';

export interface NewReplay {
  jobId: string;
  filter: LetterFilter;
  asNew: boolean;
  includeUnknownRisk: boolean;
  velocity: number;
  maxErrorPercent: number;
  note: string | null;
  actor: string;
}

const jobStatement = {
  name: 'gateway-create-replay',
  text: `insert into replay_job (job_id, state, filter, as_new, include_unknown_risk, velocity, max_error_percent, note, actor, subscriber_id)
    values ($1, 'running', $2, $3, $4, $5, $6, $7, $8, $9)`,
};

/**
 * The list is fixed here: what dies later is not part of the job. A push whose provider cannot be asked is left out unless the operator
 * said otherwise; a message goes by itself, whatever provider it names.
 */
const itemsStatement = {
  name: 'gateway-create-replay-items',
  text: `insert into replay_item (job_id, letter_id, kind, lane, push_id, subscriber_id, state, reason, seen_revision, settled_at)
    select $13::uuid, d.id, d.kind, coalesce(d.account_id::text, d.consumer), d.push_id, d.subscriber_id, s.state, s.reason, coalesce(d.revision, 0),
      case when s.state = 'skipped' then now() end
    from dead_letter d cross join lateral (
      select case when d.duplicate_risk = 'unknown' and not $14::boolean then 'skipped' else 'pending' end as state,
        case when d.duplicate_risk = 'unknown' and not $14::boolean then 'The provider cannot be asked whether it has the order.' end as reason) s
    where ${filterCondition} limit $15::integer
    returning state`,
};

/** Only inside a transaction. Answers how many items there are, at most `maxItems` + 1, so that too many can be told from just enough. */
export async function createReplay(db: Queryable, replay: NewReplay, maxItems: number): Promise<{ total: number; pending: number }> {
  await select(db, jobStatement, [
    replay.jobId, jsonParameter(replay.filter), replay.asNew, replay.includeUnknownRisk, replay.velocity, replay.maxErrorPercent, replay.note, replay.actor,
    replay.filter.subscriberId ?? null,
  ]);
  const items = await select<{ state: string }>(db, itemsStatement, [...filterValues(replay.filter), replay.jobId, replay.includeUnknownRisk, maxItems + 1]);
  return { total: items.length, pending: items.filter(({ state }) => state === 'pending').length };
}
