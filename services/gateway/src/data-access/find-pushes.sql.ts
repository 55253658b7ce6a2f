import { select, type Queryable } from '@pes/store';
import type { PushState } from '../domain/order-state.ts';
import { accountOfPush, pushColumns } from './read-orders.sql.ts';
import type { ReadPush } from '../domain/read-order.ts';

/** Which pushes of a subscriber. */
export interface PushFilter {
  /** Accounts to look into; every list is read account by account. */
  accountIds: readonly string[];
  states: readonly PushState[];
  siteId?: string | undefined;
  code?: string | undefined;
  /** Last change, from and before. */
  from?: string | undefined;
  to?: string | undefined;
  /** Beginning of the reference, in upper case: from and before. */
  reference?: { low: string; high: string } | undefined;
}

export interface PushPlace { placedAt: string; orderId: string; pushId: string }

/** A statement for each combination of filters, as in find-orders.sql.ts. */
function conditionsOf({ siteId, code, from, to, reference }: PushFilter, bind: (value: unknown) => string): { name: string; text: string } {
  const conditions: Array<[string, string]> = [
    ...(siteId === undefined ? [] : [['site', `p.site_id = ${bind(siteId)}::uuid`] as [string, string]]),
    ...(code === undefined ? [] : [['code', `p.code = ${bind(code)}::text`] as [string, string]]),
    ...(from === undefined ? [] : [['from', `p.changed_at >= ${bind(from)}::timestamptz`] as [string, string]]),
    ...(to === undefined ? [] : [['to', `p.changed_at < ${bind(to)}::timestamptz`] as [string, string]]),
    ...(reference === undefined ? [] : [['reference', `p.reference_key >= ${bind(reference.low)}::text collate "C" and p.reference_key < ${bind(reference.high)}::text collate "C"`] as [string, string]]),
  ];
  return { name: conditions.map(([name]) => `-${name}`).join(''), text: conditions.map(([, text]) => ` and ${text}`).join('') };
}

/** The newest order dates first: one short look into the index for each account and state, merged. */
export async function findPushes(db: Queryable, subscriberId: string, filter: PushFilter, { after, limit }: { after: PushPlace | undefined; limit: number }): Promise<ReadPush[]> {
  if (filter.accountIds.length === 0) return [];
  const values: unknown[] = [subscriberId, filter.accountIds, filter.states, limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const { name, text } = conditionsOf(filter, bind);
  const place = after === undefined ? '' : ` and (p.placed_at, p.order_id, p.push_id) < (${bind(after.placedAt)}::timestamptz, ${bind(after.orderId)}::uuid, ${bind(after.pushId)}::uuid)`;
  // A place without the push, for the index; several pushes of one order are told apart behind it.
  const range = after === undefined || filter.reference !== undefined ? '' : ` and (p.placed_at, p.order_id) <= (${bind(after.placedAt)}::timestamptz, ${bind(after.orderId)}::uuid)`;
  // A reference is rare enough to be looked up by itself.
  const source = filter.reference === undefined
    ? `unnest($2::uuid[]) as w(account_id) cross join unnest($3::text[]) as s(state) cross join lateral (
        select p.* from read_push p where p.subscriber_id = $1::uuid and p.account_id = w.account_id and p.state = s.state${text}${range}${place}
        order by p.placed_at desc, p.order_id desc limit $4::integer) p`
    : `(select p.* from read_push p where p.subscriber_id = $1::uuid and p.account_id = any($2::uuid[]) and p.state = any($3::text[])${text}${place}) p`;
  const statement = {
    name: `gateway-find-pushes${name}${after === undefined ? '' : '-after'}`,
    text: `select ${pushColumns} from ${source} ${accountOfPush} order by p.placed_at desc, p.order_id desc, p.push_id desc limit $4::integer`,
  };
  return select<ReadPush>(db, statement, values);
}

export interface PushCount { accountId: string; provider: string; state: PushState; count: number }

/** How many there are, by account and state. */
export async function countPushes(db: Queryable, subscriberId: string, filter: PushFilter): Promise<PushCount[]> {
  if (filter.accountIds.length === 0) return [];
  const values: unknown[] = [subscriberId, filter.accountIds, filter.states];
  const { name, text } = conditionsOf(filter, (value) => `$${values.push(value)}`);
  const statement = {
    name: `gateway-count-pushes${name}`,
    text: `select p.account_id as "accountId", p.provider, p.state, count(*) as count from read_push p
      where p.subscriber_id = $1::uuid and p.account_id = any($2::uuid[]) and p.state = any($3::text[])${text} group by 1, 2, 3 order by 1, 3`,
  };
  return select<PushCount>(db, statement, values);
}

/** The ids of all of them, at most `limit`. */
export async function pushIdsOf(db: Queryable, subscriberId: string, filter: PushFilter, limit: number): Promise<string[]> {
  if (filter.accountIds.length === 0) return [];
  const values: unknown[] = [subscriberId, filter.accountIds, filter.states, limit];
  const { name, text } = conditionsOf(filter, (value) => `$${values.push(value)}`);
  const statement = {
    name: `gateway-push-ids${name}`,
    text: `select p.push_id as "pushId" from read_push p
      where p.subscriber_id = $1::uuid and p.account_id = any($2::uuid[]) and p.state = any($3::text[])${text} order by p.push_id limit $4::integer`,
  };
  return (await select<{ pushId: string }>(db, statement, values)).map(({ pushId }) => pushId);
}

const oneStatement = { name: 'gateway-find-read-push', text: `select ${pushColumns} from read_push p ${accountOfPush} where p.push_id = $2 and p.subscriber_id = $1` };

export async function findReadPush(db: Queryable, subscriberId: string, pushId: string): Promise<ReadPush | undefined> {
  return (await select<ReadPush>(db, oneStatement, [subscriberId, pushId]))[0];
}
