import { select, type Queryable } from '@pes/store';
import type { DecidedOrder } from '../domain/decision.ts';
import { plainArray } from './parameters.ts';

export interface OrderKey {
  orderId: string;
  day: string;
}

const statement = {
  name: 'eligibility-read-decisions',
  text: `select s.order_id as "orderId", s.order_number as "orderNumber", s.version, s.subscriber_id as "subscriberId", s.site_id as "siteId", s.result,
      s.final, s.reasons::text as "reasonsJson", s.item_numbers as "itemNumbers", (extract(epoch from s.decided_at) * 1000)::bigint as "decidedAtMs",
      s.snapshot->>'placedAt' as "placedAt", case when s.result = 'eligible' then s.snapshot::text end as "snapshotJson"
    from unnest($1::uuid[], $2::date[]) as t(order_id, day)
    join order_state s on s.order_id = t.order_id and s.day = t.day`,
};

/** The decisions as they are stored now, each once for each key; a key that is not stored is left out. */
export async function readDecisions(db: Queryable, keys: readonly OrderKey[]): Promise<DecidedOrder[]> {
  if (keys.length === 0) return [];
  return select<DecidedOrder>(db, statement, [plainArray(keys.map((key) => key.orderId)), plainArray(keys.map((key) => key.day))]);
}
