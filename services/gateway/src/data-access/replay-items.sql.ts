import type { DeadLetter } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { LetterKind } from '../domain/dead-letter.ts';

/** An item that is to go out, with what its message needs. */
export interface OutgoingItem {
  letter_id: string;
  kind: LetterKind;
  lane: string;
  push_id: string | null;
  subscriber_id: string | null;
}

const itemColumns = 'i.letter_id, i.kind, i.lane, i.push_id, i.subscriber_id';

const lanesStatement = {
  name: 'gateway-replay-lanes',
  text: `select distinct lane from replay_item where job_id = $1 and state = 'pending'`,
};

export async function pendingLanes(db: Queryable, jobId: string): Promise<string[]> {
  return (await select<{ lane: string }>(db, lanesStatement, [jobId])).map(({ lane }) => lane);
}

/**
 * Takes the next items of each lane while the worker holds the lease and the job runs; the lock on the job makes pause and cancel wait
 * for this statement. A dead letter that is not open any more was dealt with by somebody else: it is skipped.
 */
const claimStatement = {
  name: 'gateway-claim-items',
  text: `with job as materialized (
      select job_id from replay_job where job_id = $1 and lease_owner = $2 and lease_until > now() and state = 'running' for share),
    picked as materialized (
      select p.letter_id from job cross join unnest($3::text[], $4::integer[]) as want(lane, room) cross join lateral (
        select letter_id from replay_item r where r.job_id = job.job_id and r.lane = want.lane and r.state = 'pending'
        order by letter_id limit want.room for update skip locked) p),
    claimed as (
      update replay_item i set state = case when d.status = 'open' then 'sending' else 'skipped' end, tries = 1,
        reason = case when d.status is distinct from 'open' then 'Somebody dealt with it in the meantime.' end,
        settled_at = case when d.status is distinct from 'open' then now() end
      from picked left join dead_letter d on d.id = picked.letter_id
      where i.job_id = $1 and i.letter_id = picked.letter_id
      returning i.state, ${itemColumns})
    select * from claimed`,
};

export interface Claim {
  jobId: string;
  owner: string;
  lanes: ReadonlyArray<{ lane: string; room: number }>;
}

/** Answers what was taken, also what was skipped; both use up room. */
export async function claimItems(db: Queryable, { jobId, owner, lanes }: Claim): Promise<Array<OutgoingItem & { state: 'sending' | 'skipped' }>> {
  return select(db, claimStatement, [jobId, owner, lanes.map(({ lane }) => lane), lanes.map(({ room }) => room)]);
}

const unsentStatement = {
  name: 'gateway-unsent-items',
  text: `select ${itemColumns} from replay_item i where job_id = $1 and state = 'sending' order by letter_id limit 500`,
};

/** Claimed and maybe published by a worker that did not get to note it. */
export async function unsentItems(db: Queryable, jobId: string): Promise<OutgoingItem[]> {
  return select<OutgoingItem>(db, unsentStatement, [jobId]);
}

const silentStatement = {
  name: 'gateway-silent-items',
  text: `with late as (
      select letter_id, tries from replay_item where job_id = $1 and state = 'sent' and sent_at < now() - $2::integer * interval '1 millisecond'
      order by sent_at limit 500 for update skip locked),
    given_up as (
      update replay_item i set state = 'failed', reason = 'push-dispatch did not take the command.', settled_at = now()
      from late where i.job_id = $1 and i.letter_id = late.letter_id and late.tries >= $3::integer)
    update replay_item i set tries = i.tries + 1, sent_at = now() from late
    where i.job_id = $1 and i.letter_id = late.letter_id and late.tries < $3::integer
    returning ${itemColumns}`,
};

/** Commanded longer ago than the given time with no word from push-dispatch: the command may be lost. After `maxTries` an item has failed. */
export async function silentItems(db: Queryable, jobId: string, olderThanMs: number, maxTries: number): Promise<OutgoingItem[]> {
  return select<OutgoingItem>(db, silentStatement, [jobId, olderThanMs, maxTries]);
}

// What push-dispatch reported between the PubAck and this statement stays as it is.
const sentStatement = {
  name: 'gateway-sent-items',
  text: `with items as (
      update replay_item set state = case when state = 'sending' then $3::text else state end, sent_at = coalesce(sent_at, now()),
        settled_at = case when state = 'sending' and $3::text = 'succeeded' then now() else settled_at end
      where job_id = $1 and letter_id = any($2::uuid[])),
    letters as (
      update dead_letter set status = 'replayed', status_at = now(), status_note = 'By replay ' || $1::uuid || '.' where id = any($2) and status = 'open')
    select 1 as done`,
};

/** The messages are out. A push waits for its outcome; a message that was published again is done, and comes back dead if it still cannot be read. */
export async function markSent(db: Queryable, jobId: string, letterIds: readonly string[], state: 'sent' | 'succeeded'): Promise<void> {
  if (letterIds.length > 0) await select(db, sentStatement, [jobId, letterIds, state]);
}

const failedStatement = {
  name: 'gateway-failed-item',
  text: `update replay_item set state = 'failed', reason = $3, settled_at = now() where job_id = $1 and letter_id = $2 and state = 'sending'`,
};

export async function markFailed(db: Queryable, jobId: string, letterId: string, reason: string): Promise<void> {
  await select(db, failedStatement, [jobId, letterId, reason]);
}

export interface MessageBody {
  id: string;
  subject: string;
  headers: Record<string, string>;
  body: string;
  encoding: DeadLetter['encoding'];
  stream: string | null;
  firstAt: Date;
}

const bodyStatement = {
  name: 'gateway-message-body',
  text: `select id, subject, headers, body, encoding, stream, first_at as "firstAt" from dead_letter where id = $1 and kind = 'message' and body is not null`,
};

export async function messageBody(db: Queryable, letterId: string): Promise<MessageBody | undefined> {
  const [row] = await select<MessageBody>(db, bodyStatement, [letterId]);
  return row;
}
