import { select, type Queryable } from '@pes/store';
import type { DuplicateRisk, LetterKind, LetterStatus, NewLetter } from '../domain/dead-letter.ts';
import type { LetterFilter } from '../domain/letter-filter.ts';
import type { Scope } from '../domain/scope.ts';
import { filterCondition, filterValues } from './filter-condition.ts';

/** A dead letter in a list: without headers and body, long texts shortened. */
export interface LetterSummary extends Omit<NewLetter, 'key' | 'headers' | 'body' | 'encoding' | 'firstAt' | 'lastAt'> {
  kind: LetterKind;
  duplicateRisk: DuplicateRisk | null;
  status: LetterStatus;
  statusAt: Date;
  statusNote: string | null;
  firstAt: Date;
  lastAt: Date;
}

export type StoredLetter = LetterSummary & Pick<NewLetter, 'headers' | 'body' | 'encoding'>;

const columns = (message: string, errors: string): string => `d.id, d.kind, d.status, d.status_at as "statusAt", d.status_note as "statusNote", d.subscriber_id as "subscriberId", d.site_id as "siteId",
  d.account_id as "accountId", d.provider, d.push_id as "pushId", d.revision, d.order_id as "orderId", d.order_number as "orderNumber", d.reference,
  d.code, ${message} as message, ${errors} as errors, d.consumer, d.subject, d.stream, d.stream_sequence as "streamSequence", d.attempts, d.first_at as "firstAt", d.last_at as "lastAt",
  d.duplicate_risk as "duplicateRisk"`;

// A page of 500 must fit into one NATS message.
const summaryColumns = columns('left(d.message, 300)', `array(select left(e, 200) from unnest(d.errors[1:2]) e)`);

const listStatement = {
  name: 'gateway-list-letters',
  text: `select ${summaryColumns} from dead_letter d where ${filterCondition}
      and ($13::uuid is null or (d.last_at, d.id) < (select last_at, id from dead_letter where id = $13))
    order by d.last_at desc, d.id desc limit $14::integer`,
};

/** A page, the latest death first; `after` is the last one of the page before. */
export async function listLetters(db: Queryable, filter: LetterFilter, after: string | undefined, limit: number): Promise<LetterSummary[]> {
  return select<LetterSummary>(db, listStatement, [...filterValues(filter), after ?? null, limit]);
}

const countStatement = { name: 'gateway-count-letters', text: `select count(*) as n from dead_letter d where ${filterCondition}` };

export async function countLetters(db: Queryable, filter: LetterFilter): Promise<number> {
  const [row] = await select<{ n: number }>(db, countStatement, filterValues(filter));
  return row?.n ?? 0;
}

const findStatement = {
  name: 'gateway-find-letters',
  text: `select ${columns('d.message', 'd.errors')}, d.headers, d.body, d.encoding from dead_letter d
    where (d.id::text = any($1::text[]) or right(d.id::text, 12) = any($1)) and ($2::uuid is null or d.subscriber_id = $2) order by d.id limit 501`,
};

/** By id, or by its last twelve digits, which may fit more than one. */
export async function findLetters(db: Queryable, scope: Scope, ids: readonly string[]): Promise<StoredLetter[]> {
  return select<StoredLetter>(db, findStatement, [ids, scope.subscriberId]);
}

const openStatement = { name: 'gateway-open-letters', text: `select kind, count(*) as n from dead_letter where status = 'open' group by kind` };

export async function countOpen(db: Queryable): Promise<Record<LetterKind, number>> {
  const counts = { push: 0, message: 0 };
  for (const { kind, n } of await select<{ kind: LetterKind; n: number }>(db, openStatement)) counts[kind] = n;
  return counts;
}
