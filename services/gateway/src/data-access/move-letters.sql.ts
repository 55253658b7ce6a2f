import type { PushChange } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { LetterStatus } from '../domain/dead-letter.ts';
import type { ItemOutcome } from '../domain/replay.ts';

const moveStatement = {
  name: 'gateway-move-letters',
  text: `update dead_letter set status = $2, status_at = now(), status_note = $3 where id = any($1::uuid[]) and status = 'open' returning id`,
};

/** Takes open dead letters off the list. Answers those that were open. */
export async function moveLetters(db: Queryable, ids: readonly string[], status: LetterStatus, note: string): Promise<string[]> {
  const rows = await select<{ id: string }>(db, moveStatement, [ids, status, note]);
  return rows.map(({ id }) => id);
}

/**
 * A push that moved on: its dead letters of older revisions are closed, and the items of replays learn what came of it. An item that
 * failed can still succeed, since push-dispatch goes on trying.
 */
const followStatement = {
  name: 'gateway-follow-pushes',
  text: `with c as materialized (
      select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) as t(push_id, revision, state, outcome, note, reason)),
    letters as (
      update dead_letter d set status = case when c.state in ('sent', 'dismissed') then 'resolved' else 'replayed' end, status_at = now(), status_note = c.note
      from c where d.kind = 'push' and d.push_id = c.push_id and d.revision < c.revision and c.state <> 'dead'
        and (d.status = 'open' or (d.status = 'replayed' and c.state in ('sent', 'dismissed')))),
    items as (
      update replay_item i set seen_revision = c.revision,
        state = case when c.outcome = 'taken' and i.state = 'failed' then 'failed' else c.outcome end,
        reason = case when c.outcome in ('failed', 'skipped') then c.reason when c.outcome = 'taken' then i.reason end,
        settled_at = case when c.outcome = 'taken' then i.settled_at else now() end
      from c where i.push_id = c.push_id and i.state in ('sending', 'sent', 'taken', 'failed') and i.seen_revision < c.revision
      returning i.job_id, c.outcome)
    select job_id, outcome, count(*) as n from items group by job_id, outcome`,
};

/** Newest change of each push, with what it means for an item of a replay. Answers what it did to the items, by job. */
export async function followPushes(db: Queryable, changes: ReadonlyArray<PushChange & { pushId: string; outcome: ItemOutcome }>):
Promise<Array<{ job_id: string; outcome: ItemOutcome; n: number }>> {
  if (changes.length === 0) return [];
  return select(db, followStatement, [
    changes.map((c) => c.pushId), changes.map((c) => c.revision), changes.map((c) => c.state), changes.map((c) => c.outcome),
    changes.map((c) => c.message.replaceAll('\0', '\uFFFD').slice(0, 500)), changes.map((c) => c.code ?? c.state),
  ]);
}
