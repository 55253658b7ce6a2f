import { newId, ok } from '@pes/kernel';
import type { PoolClient, Queryable } from '@pes/store';
import { writeAudit } from '../data-access/audit.sql.ts';
import { countPushes, pushIdsOf, type PushCount, type PushFilter } from '../data-access/find-pushes.sql.ts';
import { accountsWithPushes } from '../data-access/read-orders.sql.ts';
import { currentVersion } from '../data-access/registry-version.sql.ts';
import { pushStates, type PushState } from '../domain/order-state.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import { accountsOf } from '../orders/list-orders.ts';
import { commandPushes } from './command-pushes.ts';

/** As a query string or a body has it. */
export interface PushQuery {
  siteId?: string;
  accountId?: string;
  provider?: string;
  states?: PushState[];
  code?: string;
  from?: string;
  to?: string;
  text?: string;
}

const maxRetries = 20_000;

/** The filter with its accounts looked up; states: which, when the query names none. */
export async function pushFilter(db: Queryable, subscriberId: string, { siteId, accountId, provider, states, code, from, to, text }: PushQuery, otherwise: readonly PushState[] = pushStates): Promise<PushFilter> {
  const accountIds = await accountsOf(db, subscriberId, { ...(accountId !== undefined && { accountId }), ...(provider !== undefined && { provider }) }) ?? await accountsWithPushes(db, subscriberId, undefined);
  const low = text?.trim().toUpperCase();
  return { accountIds, states: states ?? otherwise, siteId, code, from, to, reference: low === undefined ? undefined : { low, high: `${low}\u{10ffff}` } };
}

export interface RetryCount { total: number; counts: PushCount[] }

export async function countRetries(db: Queryable, subscriberId: string, filter: PushFilter): Promise<RetryCount> {
  const counts = await countPushes(db, subscriberId, filter);
  return { total: counts.reduce((sum, { count }) => sum + count, 0), counts };
}

interface RetryAll { subscriberId: string; filter: PushFilter; query: PushQuery; expected: number | undefined; note: string | undefined; actor: string; atMs: number }

/** In a transaction. The caller says how many it saw: what is done to many orders must be what somebody looked at. */
export async function retryAll(client: PoolClient, { subscriberId, filter, query, expected, note, actor, atMs }: RetryAll): Promise<Answer<{ commandId: string; count: number }>> {
  const pushIds = await pushIdsOf(client, subscriberId, filter, maxRetries + 1);
  if (pushIds.length === 0) return refuse('conflict', 'no failed push fits the filter');
  if (pushIds.length > maxRetries) return refuse('conflict', `more than ${maxRetries} pushes fit the filter: narrow it`);
  if (expected === undefined) return refuse('confirm_required', `${pushIds.length} pushes fit the filter: send expected: ${pushIds.length} to retry them`);
  if (expected !== pushIds.length) return refuse('conflict', `by now ${pushIds.length} pushes fit the filter, not ${expected}: look again, then send the new number`);
  const commandId = `person:${newId()}`;
  await commandPushes(client, { commandId, subscriberId, action: 'retry', pushIds, actor, note, atMs, registryVersion: await currentVersion(client, subscriberId) });
  await writeAudit(client, [{ subscriberId, actor, action: 'pushes.retry-all', targetKind: 'push', targetId: commandId, note, detail: { filter: query, count: pushIds.length } }]);
  return ok({ commandId, count: pushIds.length });
}
