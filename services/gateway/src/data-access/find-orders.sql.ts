import { select, type Queryable } from '@pes/store';
import { orderStates, pushStatesOf, type OrderState } from '../domain/order-state.ts';
import type { TextSearch } from '../domain/order-search.ts';

/** Which orders of a subscriber. The accounts of a provider are looked up before. */
export interface OrderFilter {
  siteId?: string | undefined;
  states?: readonly OrderState[] | undefined;
  accountIds?: readonly string[] | undefined;
  /** Order date, from and before. */
  from?: string | undefined;
  to?: string | undefined;
  text?: TextSearch | undefined;
}

/**
 * Where an order is on a list. The key is its order date, its number or a reference, as the list is sorted. Only what the indexes hold is
 * read here; what is shown of an order is read by its id.
 */
export interface OrderPlace {
  key: string;
  orderId: string;
}

type Bind = (value: unknown) => string;

/** A statement of its own for each combination of filters: its plan is made once, and one that serves any combination serves none of them. */
interface Shape { name: string; text: string; values: unknown[] }

function shapeOf(name: string, build: (bind: Bind, note: (part: string) => void) => string): Shape {
  const values: unknown[] = [];
  const parts: string[] = [name];
  const text = build((value) => `$${values.push(value)}`, (part) => parts.push(part));
  return { name: parts.join('-'), text, values };
}

interface Conditions { filter: OrderFilter; bind: Bind; note(part: string): void }

/** Conditions on a table that has site and date. */
function common({ filter: { siteId, from, to }, bind, note }: Conditions, table: string): string {
  const conditions: string[] = [];
  const add = (value: string | undefined, name: string, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    note(name);
    conditions.push(`and ${condition(bind(value))}`);
  };
  add(siteId, 'site', (parameter) => `${table}.site_id = ${parameter}::uuid`);
  add(from, 'from', (parameter) => `${table}.placed_at >= ${parameter}::timestamptz`);
  add(to, 'to', (parameter) => `${table}.placed_at < ${parameter}::timestamptz`);
  return conditions.join(' ');
}

function ofAccounts({ filter: { accountIds }, bind, note }: Conditions): string {
  if (accountIds === undefined) return '';
  note('account');
  return `and exists (select from read_push p where p.order_id = o.order_id and p.account_id = any(${bind(accountIds)}::uuid[]))`;
}

function ofStates({ filter: { states }, bind, note }: Conditions): string {
  if (states === undefined) return '';
  note('state');
  return `and o.state = any(${bind(states)}::text[])`;
}

/** The newest order dates first: one short look into the index for each state, merged. */
function byState(subscriberId: string, filter: OrderFilter, after: OrderPlace | undefined, limit: number): Shape {
  return shapeOf('gateway-orders-by-state', (bind, note) => {
    const subscriber = bind(subscriberId);
    const states = bind(filter.states ?? orderStates);
    const most = bind(limit);
    const conditions = { filter, bind, note };
    const place = after === undefined ? '' : `and (o.placed_at, o.order_id) < (${bind(after.key)}::timestamptz, ${bind(after.orderId)}::uuid)`;
    if (after !== undefined) note('after');
    return `select f.order_id as "orderId", f.placed_at as "placedAt"
      from unnest(${states}::text[]) as s(state) cross join lateral (
        select o.order_id, o.placed_at from read_order o
        where o.subscriber_id = ${subscriber}::uuid and o.state = s.state ${common(conditions, 'o')} ${place} ${ofAccounts(conditions)}
        order by o.placed_at desc, o.order_id desc limit ${most}::integer) f
      order by f.placed_at desc, f.order_id desc limit ${most}::integer`;
  });
}

/** The same through the pushes of some accounts. */
function byAccount(subscriberId: string, filter: OrderFilter & { accountIds: readonly string[] }, after: OrderPlace | undefined, limit: number): Shape {
  return shapeOf('gateway-orders-by-account', (bind, note) => {
    const subscriber = bind(subscriberId);
    const accounts = bind(filter.accountIds);
    const states = bind(pushStatesOf(filter.states ?? orderStates));
    const most = bind(limit);
    const conditions = { filter, bind, note };
    const place = after === undefined ? '' : `and (p.placed_at, p.order_id) < (${bind(after.key)}::timestamptz, ${bind(after.orderId)}::uuid)`;
    if (after !== undefined) note('after');
    return `select distinct on (f.placed_at, f.order_id) f.order_id as "orderId", f.placed_at as "placedAt"
      from unnest(${accounts}::uuid[]) as a(account_id) cross join unnest(${states}::text[]) as s(state) cross join lateral (
        select p.order_id, p.placed_at from read_push p join read_order o on o.order_id = p.order_id ${ofStates(conditions)}
        where p.subscriber_id = ${subscriber}::uuid and p.account_id = a.account_id and p.state = s.state ${common(conditions, 'p')} ${place}
        order by p.placed_at desc, p.order_id desc limit ${most}::integer) f
      order by f.placed_at desc, f.order_id desc limit ${most}::integer`;
  });
}

/** Order numbers that begin with the digits: the number itself first, then one digit more, and so on. */
function byNumber(subscriberId: string, filter: OrderFilter, ranges: ReadonlyArray<readonly [number, number]>, { after, limit }: { after: OrderPlace | undefined; limit: number }): Shape {
  return shapeOf('gateway-orders-by-number', (bind, note) => {
    const subscriber = bind(subscriberId);
    const [lows, highs] = [bind(ranges.map(([low]) => low)), bind(ranges.map(([, high]) => high))];
    const most = bind(limit);
    const conditions = { filter, bind, note };
    const place = after === undefined ? '' : `and (o.order_number, o.order_id) > (${bind(after.key)}::bigint, ${bind(after.orderId)}::uuid)`;
    if (after !== undefined) note('after');
    return `select f.order_id as "orderId", f.order_number::text as key
      from unnest(${lows}::bigint[], ${highs}::bigint[]) as r(low, high) cross join lateral (
        select o.order_id, o.order_number from read_order o
        where o.subscriber_id = ${subscriber}::uuid and o.order_number >= r.low and o.order_number < r.high ${common(conditions, 'o')} ${place} ${ofStates(conditions)} ${ofAccounts(conditions)}
        order by o.order_number, o.order_id limit ${most}::integer) f
      order by f.order_number, f.order_id limit ${most}::integer`;
  });
}

/** References that begin with the text, in the order of the references; an order with several of them comes at the first. */
function byReference(subscriberId: string, filter: OrderFilter, { low, high }: { low: string; high: string }, { after, limit }: { after: OrderPlace | undefined; limit: number }): Shape {
  return shapeOf('gateway-orders-by-reference', (bind, note) => {
    const subscriber = bind(subscriberId);
    const [from, before] = [bind(low), bind(high)];
    const most = bind(limit);
    const conditions = { filter, bind, note };
    const place = after === undefined ? '' : `and (p.reference_key, p.order_id) > (${bind(after.key)}::text collate "C", ${bind(after.orderId)}::uuid)`;
    if (after !== undefined) note('after');
    const order = filter.states === undefined ? '' : `and exists (select from read_order o where o.order_id = p.order_id ${ofStates(conditions)})`;
    const accounts = filter.accountIds === undefined ? '' : `and exists (select from read_push q where q.order_id = p.order_id and q.account_id = any(${bind(filter.accountIds)}::uuid[]))`;
    if (filter.accountIds !== undefined) note('account');
    return `select distinct on (p.reference_key, p.order_id) p.order_id as "orderId", p.reference_key as key from read_push p
      where p.subscriber_id = ${subscriber}::uuid and p.reference_key >= ${from}::text collate "C" and p.reference_key < ${before}::text collate "C" ${place} ${common(conditions, 'p')} ${order} ${accounts}
        and not exists (select from read_push earlier where earlier.order_id = p.order_id and earlier.reference_key >= ${from}::text collate "C" and earlier.reference_key < p.reference_key)
      order by p.reference_key, p.order_id limit ${most}::integer`;
  });
}

/** The statement of a list; apart, so that its plan can be looked at. */
export function orderListStatement(subscriberId: string, filter: OrderFilter, after: OrderPlace | undefined, limit: number): Shape {
  const { text, accountIds, states } = filter;
  if (text?.kind === 'number') return byNumber(subscriberId, filter, text.ranges, { after, limit });
  if (text?.kind === 'reference') return byReference(subscriberId, filter, text, { after, limit });
  // What is sent is the bulk of an account, and of the orders; everything else is little, so it is looked through.
  if (accountIds !== undefined && (states === undefined || states.includes('sent'))) return byAccount(subscriberId, { ...filter, accountIds }, after, limit);
  return byState(subscriberId, filter, after, limit);
}

/** The newest order dates first; with a text, in the order of the numbers or references that begin with it. */
export async function findOrders(db: Queryable, subscriberId: string, filter: OrderFilter, { after, limit }: { after: OrderPlace | undefined; limit: number }): Promise<OrderPlace[]> {
  const { values, ...statement } = orderListStatement(subscriberId, filter, after, limit);
  const rows = await select<{ orderId: string; key?: string; placedAt?: Date }>(db, statement, values);
  return rows.map(({ orderId, key, placedAt }) => ({ orderId, key: key ?? placedAt?.toISOString() ?? '' }));
}
