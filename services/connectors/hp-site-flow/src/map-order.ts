import type { PushItem, PushOrder } from '@pes/connector-sdk';
import type { FailureCode } from '@pes/contracts';
import { fail, ok, type Result } from '@pes/kernel';
import { mapComponents, type Component } from './map-components.ts';
import { planShipments, type Shipment } from './map-shipments.ts';
import { textOf, type AccountSettings } from './settings.ts';

interface Line {
  /** Pieces, not boxes: a Site Flow SKU is one piece. */
  quantity: number;
  shipmentIndex: number;
  unitPrice: number | undefined;
}

export interface SiteFlowOrder {
  destination: { name: string };
  orderData: ReturnType<typeof headOf> & {
    items: Array<Line & { sourceItemId: string; sku: string; description: string; unitWeight: number | undefined; components: Component[] }>;
    /** Not printed, picked from stock. */
    stockItems: Array<Line & { code: string; name: string }> | undefined;
    shipments: Shipment[];
  };
}

export interface MappingProblem {
  code: FailureCode;
  path: string;
  message: string;
}

/** Of decimal strings with at most six decimals; Site Flow wants a number. */
function sum(amounts: ReadonlyArray<string | undefined>): number {
  return Number(amounts.reduce((total, amount) => total + Number(amount ?? 0), 0).toFixed(6));
}

const nameOf = ({ itemNumber, item }: PushItem): string => `Item ${itemNumber} (${item.productName})`;

/** Amounts count only the items that are sent, and are 0 unless the account sends prices: the field itself must be there. */
function headOf({ order, items, reference }: PushOrder, sendPrices: boolean) {
  // Order and item notes in one text: it is the only note that operators see with the order.
  const itemNotes = items.flatMap(({ itemNumber, item }) => (textOf(item.notes) === undefined ? [] : [`Item ${itemNumber}: ${item.notes ?? ''}`]));
  return {
    sourceOrderId: reference,
    customerName: textOf(order.billTo.company) ?? `${order.customer.firstName} ${order.customer.lastName}`.trim(),
    email: order.customer.email,
    purchaseOrderNumber: textOf(order.poNumber),
    instructions: textOf([order.notes ?? '', ...itemNotes].join('\n')),
    amount: sendPrices ? sum(items.flatMap(({ item }) => [item.price, item.shipping, item.tax])) : 0,
    currency: order.currency,
    tax: sendPrices ? sum(items.map(({ item }) => item.tax)) : undefined,
    tags: ['pressero'],
    extraData: { hubOrderId: order.orderId, presseroOrderNumber: String(order.orderNumber), storefront: order.siteDomain ?? order.siteName },
  };
}

interface Mapped {
  items: SiteFlowOrder['orderData']['items'];
  stockItems: NonNullable<SiteFlowOrder['orderData']['stockItems']>;
  problems: MappingProblem[];
}

function mapItem(entry: PushItem, shipmentIndex: number, settings: AccountSettings, mapped: Mapped): void {
  const { item, product, itemNumber, reference } = entry;
  const sku = textOf(product.externalId);
  if (sku === undefined) {
    mapped.problems.push({ code: 'mapping_missing', path: `items.${itemNumber}.sku`, message: `${nameOf(entry)} has no Site Flow SKU. Open the product, Embedded Services tab.` });
    return;
  }
  const quantity = item.totalQuantity ?? item.quantity;
  const line = { quantity, shipmentIndex, unitPrice: settings.sendPrices ? Number((Number(item.price) / quantity).toFixed(6)) : undefined };
  if (product.settings.pickFromStock === true) {
    mapped.stockItems.push({ code: sku, name: item.productName, ...line });
    return;
  }
  const components = mapComponents(entry, sku, settings);
  if (!components.ok) {
    mapped.problems.push({ code: 'validation', path: `items.${itemNumber}.files`, message: `${nameOf(entry)} ${components.error}` });
    return;
  }
  const description = textOf(item.itemName) ?? item.productName;
  mapped.items.push({ sourceItemId: reference, sku, description, ...line, unitWeight: item.unitWeightGrams, components: components.value });
}

/**
 * The neutral order as Site Flow wants it (Site Flow docs, order structure), or everything that is in the way.
 * Members without a value are undefined, which JSON leaves out: empty ones make some submissions fail.
 */
export function mapOrder(push: PushOrder, settings: AccountSettings): Result<SiteFlowOrder, MappingProblem[]> {
  const plan = planShipments(push, settings.defaultCarrier);
  const problems: MappingProblem[] = plan.withoutCarrier.map((entry) => ({
    code: 'mapping_missing', path: `items.${entry.itemNumber}.shippingMethod`,
    message: `${nameOf(entry)} ships by ${entry.item.shippingMethod.name}, which has no Site Flow carrier. Open the site, Embedded Services, Shipping methods.`,
  }));
  const mapped: Mapped = { items: [], stockItems: [], problems };
  for (const entry of push.items) mapItem(entry, plan.indexes.get(entry.itemNumber) ?? 0, settings, mapped);
  const { items, stockItems } = mapped;

  if (problems.length === 0 && items.length === 0) {
    problems.push({ code: 'validation', path: 'items', message: 'All items are picked from stock; Site Flow takes only orders with at least one printed item.' });
  }
  if (problems.length > 0) return fail(problems);
  return ok({
    destination: { name: settings.destinationAccount },
    orderData: { ...headOf(push, settings.sendPrices), items, stockItems: stockItems.length === 0 ? undefined : stockItems, shipments: plan.shipments },
  });
}
