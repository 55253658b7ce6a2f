import type { OrderDecided, OrderDecision, PushChange, PushChanged } from '@pes/contracts';

/**
 * Where a listener is, in both streams. Its text is the id of an event, which browsers send back as Last-Event-ID. A message of a stream
 * can hold many changes; only the last of them carries the id, so that a listener that leaves in between gets all of them again.
 */
export interface LivePlace {
  orders: number;
  pushes: number;
}

export function placeId({ orders, pushes }: LivePlace): string {
  return `${orders}-${pushes}`;
}

/** Undefined when it is not an id of ours. */
export function readPlaceId(id: string): LivePlace | undefined {
  const [, orders, pushes] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
  return orders === undefined || pushes === undefined ? undefined : { orders: Number(orders), pushes: Number(pushes) };
}

export type LiveEventName = 'ready' | 'reset' | 'order' | 'push';

/** One event in the text/event-stream format. JSON has no line breaks, so the data is one line. */
export function eventText(name: LiveEventName, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function textOf<T>(name: LiveEventName, values: readonly T[], dataOf: (value: T) => object, id: string): string {
  return values.map((value, index) => eventText(name, dataOf(value), index === values.length - 1 ? id : undefined)).join('');
}

function decisionData({ orderId, orderNumber, siteId, version, result, final, reasons, decidedAt }: OrderDecision): object {
  return { orderId, orderNumber, siteId, version, result, final, reasons, decidedAt };
}

function changeData({ pushId, orderId, orderNumber, siteId, accountId, provider, state, code, message, reference, providerRef, attempt, nextAttemptAt, revision, at }: PushChange): object {
  return { pushId, orderId, orderNumber, siteId, accountId, provider, state, code, message, reference, providerRef, attempt, nextAttemptAt, revision, at };
}

/** Orders leave without their snapshot: who wants it asks Pressero. */
export function orderEvents({ decisions }: OrderDecided, id: string): string {
  return textOf('order', decisions, decisionData, id);
}

export function pushEvents({ changes }: PushChanged, id: string): string {
  return textOf('push', changes, changeData, id);
}
