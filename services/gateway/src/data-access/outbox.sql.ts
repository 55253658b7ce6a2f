import { select, type Queryable } from '@pes/store';

export interface OutboxMessage {
  /** Also the id of the event. */
  id: string;
  subject: string;
  type: string;
  source: string;
  /** JSON text. */
  data: string;
}

const addStatement = {
  name: 'gateway-add-outbox',
  text: `insert into outbox (id, subject, type, source, data)
    select id, subject, type, source, data from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
      as t(id, subject, type, source, data, place) order by place`,
};

/** In the transaction that decides to send it. */
export async function addToOutbox(db: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await select(db, addStatement, [
    messages.map((m) => m.id), messages.map((m) => m.subject), messages.map((m) => m.type), messages.map((m) => m.source), messages.map((m) => m.data),
  ]);
}

// One replica at a time and in order of writing: pause and resume of an account must not overtake one another.
const dueStatement = {
  name: 'gateway-due-outbox',
  text: `select id, subject, type, source, data from outbox, (select pg_try_advisory_xact_lock(hashtext('gateway-outbox')) as mine offset 0) l
    where l.mine and published_at is null order by seq limit 100`,
};

/** What is to be published next; nothing while another replica publishes. Only inside a transaction, whose end lets the next one go on. */
export async function dueMessages(db: Queryable): Promise<OutboxMessage[]> {
  return select<OutboxMessage>(db, dueStatement);
}

export interface Publication {
  id: string;
  stream: string;
  sequence: number;
}

/** A publication that is to be looked for. */
export interface UncheckedMessage extends Publication {
  subject: string;
  data: string;
}

const publishedStatement = {
  name: 'gateway-published-outbox',
  text: `update outbox set published_at = now(), stream = t.stream, stream_sequence = t.sequence
    from unnest($1::uuid[], $2::text[], $3::bigint[]) as t(id, stream, sequence) where outbox.id = t.id`,
};

export async function markPublished(db: Queryable, published: readonly Publication[]): Promise<void> {
  if (published.length === 0) return;
  await select(db, publishedStatement, [published.map((p) => p.id), published.map((p) => p.stream), published.map((p) => p.sequence)]);
}

const uncheckedStatement = {
  name: 'gateway-unchecked-outbox',
  text: `select id, stream, stream_sequence as sequence, subject, data from outbox
    where published_at < now() - $1::integer * interval '1 millisecond' and kept_at is null order by published_at limit 500`,
};

/** Published longer ago than the given time, and not looked for in the stream since. */
export async function uncheckedMessages(db: Queryable, olderThanMs: number): Promise<UncheckedMessage[]> {
  return select<UncheckedMessage>(db, uncheckedStatement, [olderThanMs]);
}

const checkedStatement = {
  name: 'gateway-checked-outbox',
  text: `update outbox set kept_at = case when t.kept then now() end, published_at = case when t.kept then published_at end
    from unnest($1::uuid[], $2::boolean[]) as t(id, kept) where outbox.id = t.id`,
};

/** What the stream lost becomes due again. */
export async function markChecked(db: Queryable, checked: ReadonlyArray<{ id: string; kept: boolean }>): Promise<void> {
  if (checked.length > 0) await select(db, checkedStatement, [checked.map((c) => c.id), checked.map((c) => c.kept)]);
}

const newestKeptStatement = {
  name: 'gateway-newest-kept-outbox',
  text: `select id, stream, stream_sequence as sequence, subject, data from (
      select distinct on (stream) * from outbox where kept_at is not null order by stream, stream_sequence desc) newest`,
};

/** Of each stream, the last message that was found in it. */
export async function newestKept(db: Queryable): Promise<UncheckedMessage[]> {
  return select<UncheckedMessage>(db, newestKeptStatement);
}

const doubtStatement = { name: 'gateway-doubt-outbox', text: 'update outbox set kept_at = null where stream = $1 and kept_at is not null' };

/** All that was found in a stream is to be looked for again. */
export async function doubtStream(db: Queryable, stream: string): Promise<void> {
  await select(db, doubtStatement, [stream]);
}
