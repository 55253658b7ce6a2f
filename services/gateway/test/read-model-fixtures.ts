import { eventTypes, subjects, type OrderDecided, type OrderDecision, type PushChange, type PushChanged } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publishAll, type Bus } from '@pes/messaging';
import { ids } from './fixtures.ts';

let orderNumber = 20_000;

export function aDecision(changes: Partial<OrderDecision> = {}): OrderDecision {
  orderNumber += 1;
  return {
    orderId: newId(), orderNumber, version: 1, subscriberId: ids.subscriber, siteId: ids.site, result: 'eligible', final: false, reasons: [], itemNumbers: [1],
    decidedAt: '2026-05-04T08:00:01.000Z', placedAt: '2026-05-04T08:00:00.000Z', order: null, ...changes,
  };
}

/** Not ready, for a reason. */
export function aWaitingDecision(changes: Partial<OrderDecision> = {}): OrderDecision {
  return aDecision({
    result: 'waiting', itemNumbers: [],
    reasons: [{ code: 'ORDER_NOT_PAID', itemNumber: null, message: 'The order is not paid.' }, { code: 'ITEM_PENDING_APPROVAL', itemNumber: 2, message: 'Waiting for approval of item 2.' }], ...changes,
  });
}

export function aChange(order: OrderDecision, changes: Partial<PushChange> = {}): PushChange {
  const state = changes.state ?? 'queued';
  return {
    pushId: newId(), orderId: order.orderId, orderNumber: order.orderNumber, siteId: order.siteId, accountId: ids.east, provider: 'acme-press', state, code: null,
    message: `It is ${state}.`, reference: `AE-${order.orderNumber}`, providerRef: null, attempt: 0, nextAttemptAt: null, revision: 1, at: '2026-05-04T08:00:02.000Z', ...changes,
  };
}

/** Nobody gets the order in this version. */
export function aNoTarget(order: OrderDecision): PushChange {
  return aChange(order, { pushId: null, accountId: null, provider: null, state: 'no-target', code: 'site_not_live', message: 'Not sent: no account is live.', reference: null, revision: order.version });
}

export const decided = (...decisions: OrderDecision[]): OrderDecided => ({ decisions });
export const changed = (subscriberId: string, ...changes: PushChange[]): PushChanged => ({ subscriberId, changes });

/** As order-eligibility and push-dispatch say it; one message each. */
export async function say(bus: Bus, decisions: readonly OrderDecision[], changes: readonly PushChange[] = [], subscriberId = ids.subscriber): Promise<void> {
  await publishAll(bus, [
    ...decisions.map((decision) => ({ subject: subjects.orderDecided(decision.subscriberId), type: eventTypes.orderDecided, id: newId(), source: 'order-eligibility', data: decided(decision) })),
    ...changes.map((change) => ({ subject: subjects.pushChanged(subscriberId), type: eventTypes.pushChanged, id: newId(), source: 'push-dispatch', data: changed(subscriberId, change) })),
  ]);
}
