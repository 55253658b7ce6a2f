import { rejected, type PushItem, type PushOrder, type PushOutcome } from '@pes/connector-sdk';
import { fail, groupBy, ok, type Result } from '@pes/kernel';
import { sum, toNumber } from './amounts.ts';
import { mapAddress, type AddressBody } from './map-address.ts';
import { mapItem, printFiles, totalWeight } from './map-item.ts';
import { mapShipping, type ShippingBody } from './map-shipping.ts';
import { dayAsPacific, toPacific } from './pacific-time.ts';
import type { ShipStationSettings } from './settings.ts';
import { splitAmounts, type GroupAmounts } from './split-amounts.ts';

/** ShipStation's Order as far as we send it. Members set to undefined are left out of the JSON. */
export type OrderBody = ReturnType<typeof orderBody>;

/** Items that become one ShipStation order: same address, same shipping method. */
export interface Shipment {
  orderNumber: string;
  orderKey: string;
  shipTo: AddressBody;
  items: [PushItem, ...PushItem[]];
}

const maxOrderNumber = 50;
/** Rows of one createorders call (V1 docs). */
const maxShipments = 100;

/**
 * One shipment keeps our reference and key as they are; several get -1, -2 in the order of their first item. The key hangs on ids that
 * never change: with another key ShipStation would make another order.
 */
export function shipmentsOf(push: PushOrder, settings: ShipStationSettings): Shipment[] {
  const key = `${settings.orderKeyPrefix}${push.order.orderId.replaceAll('-', '')}`;
  const placed = [...push.items]
    .sort((a, b) => a.itemNumber - b.itemNumber)
    .map((item) => ({ item, shipTo: shipToOf(item, push, settings) }));
  const groups = [...groupBy(placed, ({ item, shipTo }) => JSON.stringify([shipTo, item.item.shippingMethod.methodId])).values()];
  return groups.map((group, index) => {
    const suffix = groups.length === 1 ? '' : `-${index + 1}`;
    const [first, ...rest] = group as [(typeof placed)[0], ...typeof placed];
    return {
      orderNumber: `${push.reference}${suffix}`,
      orderKey: `${key}${suffix}`,
      shipTo: first.shipTo,
      items: [first.item, ...rest.map(({ item }) => item)],
    };
  });
}

/** The bodies for ShipStation, complete each time because an update empties what it leaves out; or the refusal of what it could not take. */
export function mapOrder(push: PushOrder, settings: ShipStationSettings): Result<OrderBody[], PushOutcome> {
  const shipments = shipmentsOf(push, settings);
  const orderDate = toPacific(push.order.placedAt);
  if (orderDate === undefined) return fail(rejected('validation', `The order date ${push.order.placedAt} is no date.`, [{ path: '/order/placedAt', message: 'is no date' }]));
  if (shipments.length > maxShipments) return fail(rejected('validation', `The order has ${shipments.length} ship-to addresses; ShipStation takes ${maxShipments} in one call.`));
  const amounts = splitAmounts(push, shipments.map(({ items }) => items));
  const bodies: OrderBody[] = [];
  for (const [index, shipment] of shipments.entries()) {
    if (shipment.orderNumber.length > maxOrderNumber) {
      return fail(rejected('reference_invalid', `ShipStation takes order numbers of ${maxOrderNumber} characters; ${shipment.orderNumber} has ${shipment.orderNumber.length}. Shorten the prefix of the account.`));
    }
    const shipping = mapShipping(shipment.items[0]);
    if (shipping === undefined) return fail(unmapped(shipment.items[0]));
    bodies.push(orderBody(push, { shipment, orderDate, shipping, amounts: amounts[index] as GroupAmounts }, settings));
  }
  return ok(bodies);
}

function unmapped({ item, itemNumber }: PushItem): PushOutcome {
  const { name } = item.shippingMethod;
  return rejected(
    'mapping_missing',
    `Shipping method "${name}" is not integrated, so ShipStation cannot tell its service. Map it on the site's ShipStation settings, or give the method an Integration ID that names a ShipStation service.`,
    [{ path: `/items/${itemNumber}/shippingMethod`, message: `"${name}" has neither a mapping nor an Integration ID` }],
  );
}

interface Parts {
  shipment: Shipment;
  orderDate: string;
  shipping: ShippingBody;
  amounts: GroupAmounts;
}

function orderBody(push: PushOrder, { shipment, orderDate, shipping, amounts }: Parts, settings: ShipStationSettings) {
  const { order } = push;
  const { items } = shipment;
  const pickup = items[0].item.shippingMethod.kind === 'pickup';
  const tagIds = [...new Set([...settings.tagIds, ...(pickup && settings.pickupTagId !== undefined ? [settings.pickupTagId] : [])])];
  const needed = items.map(({ item }) => item.requestedShipDate ?? order.requestedShipDate).filter((day) => day !== undefined).sort()[0];
  return {
    orderNumber: shipment.orderNumber,
    orderKey: shipment.orderKey,
    orderDate,
    paymentDate: order.paidAt === undefined ? undefined : toPacific(order.paidAt),
    shipByDate: needed === undefined ? undefined : dayAsPacific(needed),
    orderStatus: settings.orderStatus,
    customerUsername: push.user.externalId ?? order.customer.userId,
    customerEmail: settings.sendCustomerEmail ? order.customer.email : undefined,
    billTo: mapAddress(order.billTo, order),
    shipTo: shipment.shipTo,
    items: linesOf(push, shipment, amounts.discountCents, settings),
    amountPaid: order.isPaid ? toNumber(amounts.totalCents) : 0,
    taxAmount: toNumber(amounts.taxCents),
    shippingAmount: toNumber(amounts.shippingCents),
    customerNotes: order.notes,
    internalNotes: internalNotes(push, items),
    paymentMethod: order.paymentMethod,
    ...shipping,
    weight: totalWeight(items),
    tagIds: tagIds.length === 0 ? undefined : tagIds,
    advancedOptions: {
      storeId: settings.storeId,
      warehouseId: settings.warehouseId,
      customField1: order.orderId,
      customField2: push.reference,
      source: 'Pressero',
    },
  };
}

/** Goods, then what is no thing to ship: the discount and what rounding of unit prices lost or won. */
function linesOf(push: PushOrder, shipment: Shipment, discountCents: bigint, settings: ShipStationSettings) {
  const mapped = shipment.items.map((item) => mapItem(item, settings));
  return [
    ...mapped.map(({ body }) => body),
    ...adjustment(`${push.reference}-discount`, 'Discount', -discountCents),
    ...adjustment(`${push.reference}-rounding`, 'Rounding of unit prices', sum(mapped.map(({ roundingCents }) => roundingCents))),
  ];
}

function adjustment(lineItemKey: string, name: string, cents: bigint) {
  return cents === 0n ? [] : [{ lineItemKey, sku: null, name, quantity: 1, unitPrice: toNumber(cents), adjustment: true }];
}

/** Pickup still needs an address: the shop's own where the account has one, else the storefront's. */
function shipToOf({ item }: PushItem, push: PushOrder, settings: ShipStationSettings): AddressBody {
  const shop = item.shippingMethod.kind === 'pickup' ? settings.pickupAddress : undefined;
  return mapAddress(shop ?? item.shipTo, push.order);
}

function internalNotes({ order }: PushOrder, items: readonly PushItem[]): string | undefined {
  const lines = [
    ...(order.poNumber === undefined ? [] : [`PO number: ${order.poNumber}`]),
    ...(order.formFields ?? []).map(({ name, value }) => `${name}: ${value}`),
    ...items.flatMap((item) => printFiles(item).map((file) => `Item ${item.itemNumber}, ${file.name}: ${file.url}`)),
  ];
  return lines.length === 0 ? undefined : lines.join('\n');
}
