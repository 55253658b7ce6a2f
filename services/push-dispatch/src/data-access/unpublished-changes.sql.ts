import { select, type Queryable } from '@pes/store';
import { pushColumns, type PushRow } from '../domain/push-state.ts';

const unpublishedStatement = {
  name: 'dispatch-unpublished-changes',
  text: `select ${pushColumns} from push where unpublished and updated_at < now() - $1::integer * interval '1 millisecond' order by push_id limit $2::integer`,
};

/** Pushes whose last change by a timer was not confirmed as published; recent ones may be on their way. */
export async function unpublishedChanges(db: Queryable, olderThanMs: number, limit: number): Promise<PushRow[]> {
  return select<PushRow>(db, unpublishedStatement, [olderThanMs, limit]);
}

const notePublishedStatement = {
  name: 'dispatch-note-published',
  text: `with t as (
      select push.push_id from push join unnest($1::uuid[], $2::integer[]) as p(push_id, revision) on push.push_id = p.push_id and push.revision = p.revision
      where push.unpublished for update of push skip locked)
    update push set unpublished = false from t where push.push_id = t.push_id`,
};

/** A push that changed once more in between stays noted, and is published as it is then. */
export async function notePublished(db: Queryable, rows: readonly PushRow[]): Promise<void> {
  await select(db, notePublishedStatement, [rows.map((row) => row.push_id), rows.map((row) => row.revision)]);
}
