import { select, type Queryable } from '@pes/store';
import type { Scope } from '../domain/scope.ts';

export interface Entitlement {
  subscriberId: string;
  provider: string;
  grantedBy: string;
  grantedAt: Date;
}

const columns = 'subscriber_id as "subscriberId", provider, granted_by as "grantedBy", granted_at as "grantedAt"';

const listStatement = {
  name: 'gateway-list-entitlements',
  text: `select ${columns} from entitlement
    where ($1::uuid is null or subscriber_id = $1) and ($2::uuid is null or (subscriber_id, provider) > ($2, $3::text))
    order by subscriber_id, provider limit $4::integer`,
};

/** Which providers a subscriber may use; of all subscribers in the scope of the platform. `after` is subscriber and provider of the last one. */
export async function listEntitlements(db: Queryable, { subscriberId }: Scope, after: readonly string[] | undefined, limit: number): Promise<Entitlement[]> {
  return select<Entitlement>(db, listStatement, [subscriberId, after?.[0] ?? null, after?.[1] ?? '', limit]);
}

const hasStatement = { name: 'gateway-has-entitlement', text: 'select from entitlement where subscriber_id = $1 and provider = $2' };

export async function isEntitled(db: Queryable, subscriberId: string, provider: string): Promise<boolean> {
  return (await select(db, hasStatement, [subscriberId, provider])).length > 0;
}

// xmax of a row that was just inserted is 0. Doing nothing on a conflict would not answer a row that another transaction has just written.
const grantStatement = {
  name: 'gateway-grant-entitlement',
  text: `insert into entitlement (subscriber_id, provider, granted_by) values ($1, $2, $3)
    on conflict (subscriber_id, provider) do update set provider = excluded.provider returning ${columns}, xmax = 0 as fresh`,
};

/** `fresh` when it was not there before. */
export async function grantEntitlement(db: Queryable, { subscriberId, provider, actor }: { subscriberId: string; provider: string; actor: string }):
Promise<Entitlement & { fresh: boolean }> {
  const [row] = await select<Entitlement & { fresh: boolean }>(db, grantStatement, [subscriberId, provider, actor]);
  if (row === undefined) throw new Error('the entitlement was not granted');
  return row;
}

const withdrawStatement = { name: 'gateway-withdraw-entitlement', text: 'delete from entitlement where subscriber_id = $1 and provider = $2 returning provider' };

export async function withdrawEntitlement(db: Queryable, subscriberId: string, provider: string): Promise<boolean> {
  return (await select(db, withdrawStatement, [subscriberId, provider])).length > 0;
}
