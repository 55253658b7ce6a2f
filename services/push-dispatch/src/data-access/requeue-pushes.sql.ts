import { select, type Queryable } from '@pes/store';
import { qualifiedPushColumns, type PushRow } from '../domain/push-state.ts';

const requeueAccountsStatement = {
  name: 'dispatch-requeue-accounts',
  text: `update push set state = 'queued', code = null, message = 'Queued again after a change of the settings.', run_at = now(),
      waiting_for = '{}', revision = revision + 1, updated_at = now()
    from order_snapshot o
    where push.account_id = any($1::uuid[]) and o.order_id = push.order_id
      and (push.state = 'blocked' or (o.eligible and push.state in ('waiting-mapping', 'withdrawn')))
    returning ${qualifiedPushColumns}`,
};

/** An account or one of its sites changed: what waited for that is looked at again. A blocked push is so also while its order is not ready: nothing would unblock it later. */
export async function requeueAccounts(db: Queryable, accountIds: readonly string[]): Promise<PushRow[]> {
  return accountIds.length === 0 ? [] : select<PushRow>(db, requeueAccountsStatement, [accountIds]);
}

const requeueEntitiesStatement = {
  name: 'dispatch-requeue-entities',
  text: `update push set state = 'queued', code = null, message = 'Queued again after a change of the settings.', run_at = now(),
      waiting_for = '{}', revision = revision + 1, updated_at = now()
    from order_snapshot o, (select account_id, array_agg(entity_id) as entity_ids from unnest($1::uuid[], $2::uuid[]) as e(account_id, entity_id) group by account_id) t
    where push.account_id = t.account_id and push.state = 'waiting-mapping' and push.waiting_for && t.entity_ids
      and o.order_id = push.order_id and o.eligible
    returning ${qualifiedPushColumns}`,
};

/** Products or users changed for an account: only the pushes that wait for one of them are looked at again. */
export async function requeueEntities(db: Queryable, entities: ReadonlyArray<{ accountId: string; entityId: string }>): Promise<PushRow[]> {
  if (entities.length === 0) return [];
  return select<PushRow>(db, requeueEntitiesStatement, [entities.map((e) => e.accountId), entities.map((e) => e.entityId)]);
}

const requeueBlockedStatement = {
  name: 'dispatch-requeue-blocked',
  text: `update push set state = 'queued', code = null, message = 'Queued again: the account was resumed.', run_at = now(), revision = revision + 1, updated_at = now()
    where account_id = any($1::uuid[]) and state = 'blocked'
    returning ${qualifiedPushColumns}`,
};

/** An operator says that the account may go on. */
export async function requeueBlocked(db: Queryable, accountIds: readonly string[]): Promise<PushRow[]> {
  return accountIds.length === 0 ? [] : select<PushRow>(db, requeueBlockedStatement, [accountIds]);
}
