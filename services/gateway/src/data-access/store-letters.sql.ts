import { select, type Queryable } from '@pes/store';
import { searchText, type LetterKind, type NewLetter } from '../domain/dead-letter.ts';
import { jsonParameter } from './json-parameter.ts';

/**
 * One statement for a batch. A key that is there already changes nothing but the duplicate risk, which push-dispatch may have learnt since.
 * Of several deaths of one push only the newest is open: the older ones were followed by another attempt.
 */
const storeStatement = {
  name: 'gateway-store-letters',
  text: `with t as materialized (
      select distinct on (key) *, max(revision) over (partition by "pushId") as newest from json_to_recordset($1::json) as t(
        id uuid, kind text, key text, "subscriberId" uuid, "siteId" uuid, "accountId" uuid, provider text, "pushId" uuid, revision integer, "orderId" uuid,
        "orderNumber" bigint, reference text, code text, message text, errors text[], consumer text, subject text, stream text, "streamSequence" bigint,
        attempts integer, "firstAt" timestamptz, "lastAt" timestamptz, "duplicateRisk" text, headers json, body text, encoding text, search text)
      order by key),
    overtaken as (
      update dead_letter d set status = 'replayed', status_at = now(), status_note = 'It was tried again and died again.'
      from t where d.kind = 'push' and d.push_id = t."pushId" and d.status = 'open' and d.revision < t.revision)
    insert into dead_letter as d (id, kind, key, status, subscriber_id, site_id, account_id, provider, push_id, revision, order_id, order_number, reference,
      code, message, errors, consumer, subject, stream, stream_sequence, attempts, first_at, last_at, duplicate_risk, headers, body, encoding, search)
    select id, kind, key,
      case when revision < newest or exists (select from dead_letter o where o.kind = 'push' and o.push_id = t."pushId" and o.revision > t.revision)
        then 'replayed' else 'open' end,
      "subscriberId", "siteId", "accountId", provider, "pushId", revision, "orderId", "orderNumber", reference,
      code, message, errors, consumer, subject, stream, "streamSequence", attempts, "firstAt", "lastAt", "duplicateRisk", headers, body, encoding, search
    from t
    on conflict (key) do update set duplicate_risk = excluded.duplicate_risk
      where d.status = 'open' and d.duplicate_risk is distinct from excluded.duplicate_risk
    returning d.kind, d.code, d.id = any($2::uuid[]) as fresh`,
};

/** Stores what is not there yet. Answers kind and code of each dead letter that is new. */
export async function storeLetters(db: Queryable, letters: readonly NewLetter[]): Promise<Array<{ kind: LetterKind; code: string }>> {
  if (letters.length === 0) return [];
  const rows = letters.map((letter) => ({ ...letter, search: searchText(letter) }));
  const stored = await select<{ kind: LetterKind; code: string; fresh: boolean }>(db, storeStatement, [jsonParameter(rows), letters.map(({ id }) => id)]);
  return stored.filter(({ fresh }) => fresh);
}
