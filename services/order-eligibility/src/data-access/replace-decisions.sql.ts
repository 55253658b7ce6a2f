import { select, type Queryable } from '@pes/store';
import type { Decision } from '../domain/decision.ts';
import { plainArray, textList } from './parameters.ts';

const statement = {
  name: 'eligibility-replace-decisions',
  text: `with fresh as (
      select * from unnest($1::uuid[], $2::date[], $3::bigint[], $4::text[], $5::text[], $6::boolean[], string_to_array($7, E'\\x1e'),
        string_to_array($8, E'\\x1e')) as t(order_id, day, version, policy, result, final, reasons, item_numbers)),
    locked as (
      select s.order_id, s.day from order_state s join fresh on fresh.order_id = s.order_id and fresh.day = s.day
      order by s.order_id for update of s)
    update order_state s set policy = fresh.policy, result = fresh.result, final = fresh.final, reasons = fresh.reasons::json,
      item_numbers = fresh.item_numbers::integer[], decided_at = greatest(date_trunc('milliseconds', now()), s.decided_at + interval '1 millisecond')
    from fresh join locked on locked.order_id = fresh.order_id and locked.day = fresh.day
    where s.order_id = fresh.order_id and s.day = fresh.day and s.version = fresh.version
    returning s.order_id`,
};

/** Writes new decisions about unchanged orders; an order that has a newer version by now keeps its own. */
export async function replaceDecisions(db: Queryable, decisions: readonly Decision[]): Promise<void> {
  if (decisions.length === 0) return;
  await select(db, statement, [
    plainArray(decisions.map((row) => row.order.orderId)),
    plainArray(decisions.map((row) => row.day)),
    plainArray(decisions.map((row) => row.order.version)),
    plainArray(decisions.map((row) => row.policy)),
    plainArray(decisions.map((row) => row.gate.result)),
    plainArray(decisions.map((row) => row.gate.result === 'waiting' && row.gate.final)),
    textList(decisions.map((row) => row.reasonsJson)),
    textList(decisions.map((row) => plainArray(row.gate.result === 'eligible' ? row.gate.itemNumbers : []))),
  ]);
}
