import type { PushItem } from '@pes/connector-sdk';
import type { OrderFile } from '@pes/contracts';
import { divide, toCents, toNumber } from './amounts.ts';
import { quantityModeOf, textOf, type QuantityMode, type ShipStationSettings } from './settings.ts';

// The longest option value that we send; the real limit is not documented.
const maxOptionValue = 1000;

/** The line of an item, and its total less quantity times unit price: what an adjustment line has to make up for. */
export function mapItem(item: PushItem, settings: ShipStationSettings) {
  const { item: ordered, product } = item;
  const pieces = ordered.totalQuantity ?? ordered.quantity;
  const lineCents = toCents(ordered.price);
  const inPieces = countsPieces(quantityModeOf(product.settings['quantityMode']) ?? settings.quantityMode, lineCents, pieces);
  const quantity = inPieces ? pieces : 1;
  const unitCents = divide(lineCents, BigInt(quantity));
  return {
    roundingCents: lineCents - unitCents * BigInt(quantity),
    body: {
      lineItemKey: item.reference,
      sku: skuOf(item, settings),
      name: nameOf(item, settings),
      imageUrl: ordered.files.find((file) => file.role === 'proof' && file.url !== undefined)?.url,
      quantity,
      unitPrice: toNumber(unitCents),
      taxAmount: ordered.tax === undefined ? undefined : toNumber(toCents(ordered.tax)),
      weight: grams(ordered.unitWeightGrams, inPieces ? 1 : pieces),
      warehouseLocation: textOf(product.settings['warehouseLocation']),
      fulfillmentSku: textOf(product.settings['fulfillmentSku']),
      options: optionsOf(item, inPieces ? undefined : pieces),
      adjustment: false,
    },
  };
}

/** Weight of all pieces, undefined when one item has none: half a weight would buy the wrong label. */
export function totalWeight(items: readonly PushItem[]) {
  if (items.some(({ item }) => item.unitWeightGrams === undefined)) return undefined;
  return grams(items.reduce((total, { item }) => total + (item.unitWeightGrams ?? 0) * (item.totalQuantity ?? item.quantity), 0), 1);
}

function grams(unitWeight: number | undefined, count: number) {
  return unitWeight === undefined ? undefined : { value: Math.round(unitWeight * count * 100) / 100, units: 'grams' };
}

/** Files that are printed. A proof is for people. */
export function printFiles(item: PushItem): Array<OrderFile & { url: string }> {
  return item.item.files.filter((file): file is OrderFile & { url: string } => file.role !== 'proof' && file.url !== undefined);
}

/** A print run costs fractions of a cent a piece; ShipStation takes cents. Such a run goes as one lot. */
function countsPieces(mode: QuantityMode, lineCents: bigint, pieces: number): boolean {
  return mode === 'auto' ? lineCents % BigInt(pieces) === 0n : mode === 'pieces';
}

/** Linked product, default product, name, part number: the order of the ShipStation integration help page. */
function skuOf({ item, product }: PushItem, settings: ShipStationSettings): string | null {
  const linked = textOf(product.externalId) ?? textOf(item.integrationId) ?? settings.defaultProductSku;
  const byName = settings.productNaming === 'product-name' ? item.productName : settings.productNaming === 'item-name' ? item.itemName : undefined;
  return linked ?? textOf(byName) ?? textOf(item.printerPartNumber) ?? textOf(item.clientPartNumber) ?? null;
}

function nameOf({ item }: PushItem, settings: ShipStationSettings): string {
  return (settings.productNaming === 'item-name' ? textOf(item.itemName) : undefined) ?? item.productName;
}

/** The buyer's choices first, links last: packing slips show the first few. */
function optionsOf(item: PushItem, lotOf: number | undefined): Array<{ name: string; value: string }> {
  const { options = [], notes, kitItems = [], unitOfMeasure } = item.item;
  const lines = options.map(({ name, value }) => ({ name, value }));
  if (lotOf !== undefined) lines.push({ name: 'Quantity', value: String(lotOf) });
  if (unitOfMeasure !== undefined) lines.push({ name: 'Unit of measure', value: unitOfMeasure });
  for (const kit of kitItems) lines.push({ name: 'Includes', value: `${kit.quantity} × ${textOf(kit.partNumber) ?? kit.productName}` });
  if (notes !== undefined) lines.push({ name: 'Notes', value: notes });
  printFiles(item).forEach((file, index) => lines.push({ name: `Print file ${index + 1}`, value: linkOption(file.url) }));
  return lines.map(({ name, value }) => ({ name, value: value.length > maxOptionValue ? `${value.slice(0, maxOptionValue - 1)}…` : value }));
}

/** A link that was cut leads nowhere. */
function linkOption(url: string): string {
  return url.length > maxOptionValue ? 'See the internal notes' : url;
}
