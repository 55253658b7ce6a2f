import { select, type Queryable } from '@pes/store';

/**
 * Accounts with due work, found by jumping from one account to the next in the partial index: the cost grows with the accounts that have
 * work, not with the size of their backlogs.
 */
const dueAccountsStatement = {
  name: 'dispatch-due-accounts',
  text: `with recursive hop as (
      (select account_id from push where state in ('queued', 'retrying', 'checking') order by account_id limit 1)
      union all
      select (select account_id from push where state in ('queued', 'retrying', 'checking') and account_id > hop.account_id order by account_id limit 1)
      from hop where hop.account_id is not null)
    select hop.account_id from hop join lane using (account_id) join bucket using (bucket_key)
    where lane.paused_until <= now() and not lane.operator_paused and bucket.hold_until <= now()
      and (select run_at from push where push.account_id = hop.account_id and state in ('queued', 'retrying', 'checking') order by run_at, push_id limit 1) <= now()`,
};

export async function dueAccounts(db: Queryable): Promise<string[]> {
  const rows = await select<{ account_id: string }>(db, dueAccountsStatement);
  return rows.map((row) => row.account_id);
}
