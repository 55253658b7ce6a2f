import { select, type Queryable } from '@pes/store';
import { pushColumns, type PushRow } from '../domain/push-state.ts';

const loadMarkStatement = { name: 'dispatch-load-mark', text: 'select last_sequence from stream_mark where stream = $1' };

/** The highest sequence that the stream ever confirmed, as far as was noted. */
export async function loadMark(db: Queryable, stream: string): Promise<number> {
  const [row] = await select<{ last_sequence: number }>(db, loadMarkStatement, [stream]);
  return row?.last_sequence ?? 0;
}

const saveMarkStatement = {
  name: 'dispatch-save-mark',
  text: `insert into stream_mark (stream, last_sequence, seen_at) values ($1, $2, now())
    on conflict (stream) do update set last_sequence = excluded.last_sequence, seen_at = now()`,
};

export async function saveMark(db: Queryable, stream: string, sequence: number): Promise<void> {
  await select(db, saveMarkStatement, [stream, sequence]);
}

// Walks the primary key: a rewound broker is too rare to pay for an index on every write.
const changedSinceStatement = {
  name: 'dispatch-changed-since',
  text: `select ${pushColumns} from push where push_id > $1::uuid and updated_at >= $2::timestamptz order by push_id limit $3::integer`,
};

/** Pushes that changed after a time, a page at a time; `afterPushId` is the last one of the page before. */
export async function changedSince(db: Queryable, since: Date, afterPushId: string, limit: number): Promise<PushRow[]> {
  return select<PushRow>(db, changedSinceStatement, [afterPushId, since, limit]);
}
