import type { PushOrder } from '@pes/connector-sdk';
import { isJson, type Json } from './read-answer.ts';

/** What we need to know of an order that Site Flow has. */
export interface StoredOrder {
  id: string;
  sourceOrderId: string | undefined;
  destination: string | undefined;
  status: string | undefined;
  /** The mark that this connector leaves; undefined when the order carries other marks or none. */
  hubOrderId: string | undefined;
  /** The order carries extra data, whoever put it there. */
  isMarked: boolean;
  sourceItemIds: string[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const json = (value: unknown): Json => (isJson(value) ? value : {});

/** The id of an acknowledgement: stored for checking, no order yet (Site Flow docs, order submission). */
export function acknowledgedId(body: unknown): string | undefined {
  return isJson(body) && !isJson(body.order) && !isJson(body.orderData) ? text(body._id) : undefined;
}

/** Site Flow answers with the order itself, with { order }, or with a list: all three are read. null: certainly none; undefined: not an order. */
export function readOrder(body: unknown): StoredOrder | null | undefined {
  if (body === null || (Array.isArray(body) && body.length === 0)) return null;
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const order = isJson(first) && isJson(first.order) ? first.order : first;
  if (!isJson(order)) return undefined;
  const id = text(order._id);
  if (id === undefined || !isJson(order.orderData)) return undefined;
  const { sourceOrderId, status, extraData, items } = order.orderData;
  return {
    id,
    sourceOrderId: text(sourceOrderId),
    destination: text(json(order.destination).name),
    status: text(status),
    hubOrderId: text(json(extraData).hubOrderId),
    isMarked: Object.keys(json(extraData)).length > 0,
    sourceItemIds: (Array.isArray(items) ? items : []).flatMap((item) => text(json(item).sourceItemId) ?? []),
  };
}

/**
 * Whether an order under our number is the one we sent. Our mark decides. Servers that do not give extra data back leave the destination
 * and the item numbers, which follow from our reference; whatever contradicts them makes the order somebody else's.
 */
export function isOurs(stored: StoredOrder, push: PushOrder, destinationAccount: string): boolean {
  if (stored.hubOrderId !== undefined) return stored.hubOrderId === push.order.orderId;
  if (stored.isMarked) return false;
  if (stored.destination !== undefined && stored.destination !== destinationAccount) return false;
  const ours = new Set(push.items.map((item) => item.reference));
  return stored.sourceItemIds.length === 0 || stored.sourceItemIds.some((id) => ours.has(id));
}
