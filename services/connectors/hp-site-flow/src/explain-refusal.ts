import type { FieldProblem } from './read-answer.ts';
import type { SiteFlowOrder } from './map-order.ts';

/** "orderData.items.0.sku" says little to the person who has to fix it: names the item or shipment that the path points into. */
function placeOf(path: string, { orderData }: SiteFlowOrder): string {
  const [, list, position = '', rest = ''] = /^(?:orderData\.)?(items|shipments|stockItems)\.(\d+)\.?(.*)$/.exec(path) ?? [];
  const index = Number(position);
  const item = list === 'items' ? orderData.items[index] : undefined;
  const stockItem = list === 'stockItems' ? orderData.stockItems?.[index] : undefined;
  const shipment = list === 'shipments' ? orderData.shipments[index] : undefined;
  const field = rest === '' ? '' : `, ${rest}`;
  if (item !== undefined) return `item ${item.sourceItemId} (${item.description}, SKU ${item.sku})${field}`;
  if (stockItem !== undefined) return `stock item ${stockItem.code} (${stockItem.name})${field}`;
  if (shipment !== undefined) return `shipment to ${shipment.shipTo.name}, ${shipment.shipTo.town}${field}`;
  return path;
}

/** One sentence for all validation errors of an order. */
export function explainRefusal(message: string, fields: readonly FieldProblem[], order: SiteFlowOrder): string {
  if (fields.length === 0) return `Site Flow refused the order: ${message}`;
  return `Site Flow refused the order. ${fields.map((field) => `${placeOf(field.path, order)}: ${field.message}`).join('; ')}`;
}
