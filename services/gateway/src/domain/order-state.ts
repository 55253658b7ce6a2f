/**
 * State of an order in the read model, from its decision and its pushes; the first that fits counts. Every order that was ever seen is in
 * exactly one of them, so their counts add up to the orders seen.
 *
 *   failed     a push waits for a person: rejected, dead, needs-person, blocked, waiting-mapping
 *   sending    a push is on its way: queued, sending, retrying, checking
 *   waiting    not ready to be pushed; its reasons say why
 *   closed     will not be pushed: every item denied, or no items
 *   sent       every push that was not dismissed is at its provider
 *   dismissed  a person decided that nothing is to be done
 *   no-target  ready, but no account was live on its site
 *   pending    ready, and push-dispatch has not said anything yet
 */
export const orderStates = ['pending', 'waiting', 'closed', 'no-target', 'sending', 'failed', 'sent', 'dismissed'] as const;
export type OrderState = (typeof orderStates)[number];

export const pushStates = [
  'queued', 'sending', 'sent', 'rejected', 'retrying', 'checking', 'blocked', 'needs-person', 'dead', 'waiting-mapping', 'withdrawn', 'dismissed',
] as const;
export type PushState = (typeof pushStates)[number];

const settled = ['sent', 'dismissed'] as const;
const moving = ['queued', 'sending', 'retrying', 'checking'] as const;

/** In which states the pushes of an order can be, by its own. */
const pushStatesIn: Readonly<Record<OrderState, readonly PushState[]>> = {
  failed: pushStates, sending: [...moving, 'withdrawn', ...settled], waiting: ['withdrawn', ...settled], closed: ['withdrawn', ...settled], sent: settled, dismissed: ['dismissed'], 'no-target': [], pending: [],
};

/** Where to look for the pushes of orders in some states. */
export function pushStatesOf(states: readonly OrderState[]): PushState[] {
  return pushStates.filter((push) => states.some((state) => pushStatesIn[state].includes(push)));
}

/** Pushes that go no further without a person. */
export const failedPushStates = ['rejected', 'dead', 'needs-person', 'blocked', 'waiting-mapping'] as const satisfies readonly PushState[];

/** What push-dispatch accepts the command `retry` for. */
export const retryablePushStates = ['dead', 'rejected', 'blocked', 'retrying', 'waiting-mapping', 'dismissed', 'needs-person'] as const satisfies readonly PushState[];
