import { select, type Queryable } from '@pes/store';
import type { PushCircumstances } from '../domain/circumstances.ts';

const loadCircumstancesStatement = {
  name: 'dispatch-load-circumstances',
  text: `select push_id, push.provider, reference, failures, check_first, coalesce(account.name, 'a deleted account') as account_name
    from push left join account using (account_id) where push_id = any($1::uuid[])`,
};

/** What the decision about an outcome depends on, besides the outcome. */
export async function loadCircumstances(db: Queryable, pushIds: readonly string[]): Promise<Map<string, PushCircumstances>> {
  const rows = await select<PushCircumstances>(db, loadCircumstancesStatement, [[...new Set(pushIds)]]);
  return new Map(rows.map((row) => [row.push_id, row]));
}

const expiredStatement = {
  name: 'dispatch-expired-leases',
  text: `select push_id, attempt, push.account_id, push.provider, reference, failures, check_first, coalesce(account.name, 'a deleted account') as account_name
    from push left join account using (account_id)
    where push.state = 'sending' and lease_until < now() order by lease_until limit $1::integer`,
};

/** Sends whose connector did not report in time. */
export async function expiredLeases(db: Queryable, limit: number): Promise<Array<PushCircumstances & { attempt: number; account_id: string }>> {
  return select(db, expiredStatement, [limit]);
}
