import { select, type Queryable } from '@pes/store';

const closeStatement = {
  name: 'gateway-close-revived',
  text: `update dead_letter set status = 'resolved', status_at = now(), status_note = 'Found not to be dead any more.'
    where kind = 'push' and status = 'open' and push_id > $1::uuid and push_id <= $2::uuid and push_id <> all($3::uuid[])
      and stored_at < now() - $4::integer * interval '1 millisecond' and last_at < now() - $4::integer * interval '1 millisecond'
    returning id`,
};

export interface DeadRange {
  /** Exclusive. */
  afterPushId: string;
  /** Inclusive. */
  lastPushId: string;
  deadPushIds: readonly string[];
  /** Dead letters younger than this stay: what push-dispatch said may be older than they are. */
  slackMs: number;
}

/** Closes the open dead letters of pushes in the range that are not dead. Answers how many. */
export async function closeRevived(db: Queryable, { afterPushId, lastPushId, deadPushIds, slackMs }: DeadRange): Promise<number> {
  return (await select(db, closeStatement, [afterPushId, lastPushId, deadPushIds, slackMs])).length;
}

const reopenStatement = {
  name: 'gateway-reopen-dead',
  text: `update dead_letter d set status = 'open', status_at = now(), status_note = 'Still dead in push-dispatch.'
    from unnest($1::uuid[], $2::integer[]) as t(push_id, revision)
    where d.kind = 'push' and d.push_id = t.push_id and d.revision = t.revision and d.status in ('replayed', 'resolved')
      and d.status_at < now() - $3::integer * interval '1 millisecond'
      and not exists (select from replay_item i where i.push_id = d.push_id and i.letter_id = d.id and i.state in ('sending', 'sent', 'taken'))
    returning d.id`,
};

/** Opens again what counts as dealt with although the push is as dead as it was, such as a replay whose command never took effect. */
export async function reopenDead(db: Queryable, dead: ReadonlyArray<{ pushId: string; revision: number }>, slackMs: number): Promise<number> {
  return (await select(db, reopenStatement, [dead.map((push) => push.pushId), dead.map((push) => push.revision), slackMs])).length;
}
