import { isObject, type Json } from './validate-order.ts';

/** What the simulator adds to an order when it answers. */
export interface OrderStamp {
  orderId: number;
  orderKey: string;
  orderStatus: string;
  storeId: number;
  createDate: string;
  modifyDate: string;
}

/** The order as V1 gives it back: US-style upper-case address, ids of its own, members that the sender never heard of. */
export function orderAnswer(order: Json, stamp: OrderStamp): Json {
  const items = Array.isArray(order['items']) ? (order['items'] as Json[]) : [];
  return {
    ...order,
    orderId: stamp.orderId,
    orderKey: stamp.orderKey,
    orderStatus: stamp.orderStatus,
    createDate: stamp.createDate,
    modifyDate: stamp.modifyDate,
    customerId: stamp.orderId + 1_000_000,
    orderTotal: totalOf(order, items),
    holdUntilDate: null,
    userId: null,
    externallyFulfilled: false,
    externallyFulfilledBy: null,
    labelMessages: null,
    shipTo: isObject(order['shipTo']) ? normalised(order['shipTo']) : null,
    weight: isObject(order['weight']) ? { ...order['weight'], WeightUnits: 2 } : null,
    items: items.map((item, index) => ({
      ...item, orderItemId: stamp.orderId * 1000 + index, productId: null, createDate: stamp.createDate, modifyDate: stamp.modifyDate,
    })),
    advancedOptions: { ...(order['advancedOptions'] as Json | undefined), storeId: stamp.storeId, mergedOrSplit: false, mergedIds: [], parentId: null, movementIndicator: null },
  };
}

function normalised(address: Json): Json {
  const upper = Object.entries(address).map(([name, value]) => [name, typeof value === 'string' ? value.toUpperCase() : value]);
  return { ...(Object.fromEntries(upper) as Json), residential: null, addressVerified: 'Address validated successfully' };
}

function totalOf(order: Json, items: readonly Json[]): number {
  const lines = items.reduce((total, item) => total + numberOf(item['quantity']) * numberOf(item['unitPrice']), 0);
  return Math.round((lines + numberOf(order['taxAmount']) + numberOf(order['shippingAmount'])) * 100) / 100;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
