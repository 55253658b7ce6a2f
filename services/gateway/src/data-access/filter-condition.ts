import type { LetterFilter } from '../domain/letter-filter.ts';

/** The filter over `dead_letter d`, in parameters $1 to $12; a statement's own parameters begin at $13. */
export const filterCondition = `($1::text[] is null or d.id::text = any($1) or right(d.id::text, 12) = any($1))
  and ($2::text is null or d.kind = $2) and ($3::text is null or d.status = $3)
  and ($4::uuid is null or d.subscriber_id = $4) and ($5::uuid is null or d.site_id = $5) and ($6::uuid is null or d.account_id = $6)
  and ($7::text is null or d.provider = $7) and ($8::text is null or d.code = $8) and ($9::text is null or d.consumer = $9)
  and ($10::timestamptz is null or d.last_at >= $10) and ($11::timestamptz is null or d.last_at < $11)
  and ($12::text is null or d.search like $12)`;

/** Backslash, percent and underscore have a meaning in a pattern; in a search text they are themselves. */
function pattern(text: string | undefined): string | null {
  return text === undefined ? null : `%${text.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

export function filterValues(filter: LetterFilter): unknown[] {
  return [
    filter.ids ?? null, filter.kind ?? null, filter.status ?? null, filter.subscriberId ?? null, filter.siteId ?? null, filter.accountId ?? null,
    filter.provider ?? null, filter.code ?? null, filter.consumer ?? null, filter.from ?? null, filter.to ?? null, pattern(filter.text),
  ];
}
