import { subjects, type DecisionReason } from '@pes/contracts';
import { newId, ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { askService } from '../ask-service.ts';
import { listActivations } from '../data-access/activations.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { pushesOfOrders, readOrders } from '../data-access/read-orders.sql.ts';
import type { ReadOrder, ReadPush } from '../domain/read-order.ts';
import { currentVersion } from '../data-access/registry-version.sql.ts';
import { retryablePushStates, type PushState } from '../domain/order-state.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Gateway } from '../gateway.ts';
import { registryIsRead } from '../registry-read.ts';
import { commandPushes } from '../pushes/command-pushes.ts';

export interface PushOrderRequest {
  subscriberId: string;
  orderId: string;
  /** Only these accounts; undefined: all. */
  accountIds?: readonly string[] | undefined;
  note?: string | undefined;
  actor: string;
}

/** What Push Order will do. */
export interface PushOrderPlan {
  order: ReadOrder;
  retry: ReadPush[];
  /** Nothing to do for these: sent, or on their way. */
  unchanged: ReadPush[];
  /** An account is live that has no push yet: the order is decided again, which makes it. */
  handOut: boolean;
}

const registryPatienceMs = 2_000;
const decidePatienceMs = 5_000;
const isRetryable = (state: PushState): boolean => (retryablePushStates as readonly PushState[]).includes(state);

function waits(orderNumber: number, reasons: readonly DecisionReason[]): Answer<never> {
  const lines = reasons.map(({ code, itemNumber, message }) => `${code}${itemNumber === null ? '' : `[${itemNumber}]`} ${message}`);
  return refuse('conflict', `order ${orderNumber} waits: ${reasons.map(({ message }) => message).join(' ')}`.slice(0, 2_000), lines);
}

/** Finds out what is to be done, or why nothing can be: an order that waits is answered with its reasons. */
export async function planPushOrder(gateway: Gateway, { subscriberId, orderId, accountIds }: PushOrderRequest): Promise<Answer<PushOrderPlan>> {
  const [order] = await readOrders(gateway.db, subscriberId, [orderId]);
  if (order === undefined) return refuse('not_found', `there is no order ${orderId}`);
  if (order.result === 'waiting') return waits(order.orderNumber, order.reasons);
  const wanted = (accountId: string): boolean => accountIds?.includes(accountId) ?? true;
  const pushes = (await pushesOfOrders(gateway.db, subscriberId, [orderId])).filter(({ accountId }) => wanted(accountId));
  const pushed = new Set(pushes.map(({ accountId }) => accountId));
  const live = (await listActivations(gateway.db, subscriberId, { siteId: order.siteId })).filter((activation) => activation.enabled && activation.live).map(({ accountId }) => accountId);
  const idle = (accountIds ?? []).find((accountId) => !pushed.has(accountId) && !live.includes(accountId));
  if (idle !== undefined) return refuse('conflict', `account ${idle} is not live on the site of order ${order.orderNumber}: open the site, Embedded Services tab, and switch IsLive on`);
  const handOut = live.some((accountId) => wanted(accountId) && !pushed.has(accountId)) || pushes.length === 0;
  const retry = pushes.filter(({ state }) => isRetryable(state));
  if (retry.length === 0 && !handOut) {
    return refuse('conflict', `nothing of order ${order.orderNumber} is to be pushed: ${pushes.map(({ message }) => message).join(' ')}`, pushes.map(({ state, message }) => `${state} ${message}`));
  }
  return ok({ order, retry, unchanged: pushes.filter(({ state }) => !isRetryable(state)), handOut });
}

interface Redecided { orders: Array<{ result: string; reasons: DecisionReason[] }> }

/**
 * Has the order decided again, so that push-dispatch makes the pushes that are missing. A switch to live that was made just before must be
 * read there first; when it takes long, the order is handed out under what is known, and may be pushed once more.
 */
export async function handOut(gateway: Gateway, { orderId, orderNumber }: ReadOrder, subscriberId: string): Promise<Answer<object>> {
  await registryIsRead(gateway, subscriberId, registryPatienceMs);
  const answer = await askService<Redecided>(gateway, 'order-eligibility', {
    subject: subjects.rpcEligibilityRedecide, request: { subscriberId, orderId, fromDay: '1970-01-01' }, timeoutMs: decidePatienceMs,
  });
  if (!answer.ok) return answer;
  const [decided] = answer.value.orders;
  if (decided === undefined) return refuse('conflict', `order ${orderNumber} is older than what is kept, so it cannot be pushed to another account: have Pressero send it again`);
  return decided.result === 'waiting' ? waits(orderNumber, decided.reasons) : ok({});
}

/** In a transaction. Answers the command, or null when there was nothing to try again. */
export async function retryOrder(client: PoolClient, { retry }: PushOrderPlan, { subscriberId, orderId, note, actor, atMs }: PushOrderRequest & { atMs: number }): Promise<string | null> {
  const commandId = retry.length === 0 ? null : `person:${newId()}`;
  const pushIds = retry.map(({ pushId }) => pushId);
  if (commandId !== null) await commandPushes(client, { commandId, subscriberId, action: 'retry', pushIds, actor, note, atMs, registryVersion: await currentVersion(client, subscriberId) });
  await writeAudit(client, [{ subscriberId, actor, action: 'orders.push', targetKind: 'order', targetId: orderId, note, detail: { commandId, pushIds } }]);
  return commandId;
}
