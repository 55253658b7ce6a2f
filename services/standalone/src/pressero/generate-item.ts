import type { Address, OrderFile, OrderItem, ShippingMethod } from '@pes/contracts';
import type { Product } from '../seed/products.ts';
import { stableId } from '../seed/stable-id.ts';
import { fromCents } from './money.ts';
import type { Random } from './random.ts';

export interface ItemPlace {
  orderId: string;
  orderNumber: number;
  itemNumber: number;
  approval: OrderItem['approval'];
  shipTo: Address;
  shippingMethod: ShippingMethod;
}

/** An item in its finished state: valid status, every file ready. */
export function generateItem(product: Product, place: ItemPlace, random: Random): OrderItem {
  const { orderId, itemNumber, approval, shipTo, shippingMethod } = place;
  const quantity = random.pick(product.quantities);
  const pieces = quantity * (product.piecesPerBox ?? 1);
  const priceCents = Math.max(1, Math.round((pieces * product.pieceRate) / 100));
  return {
    itemId: stableId('item', orderId, itemNumber),
    itemNumber,
    productId: product.productId,
    productName: product.name,
    ...(random.chance(0.4) ? { itemName: `${product.name} für Team ${random.integer(1, 30)}` } : {}),
    printerPartNumber: product.printerPartNumber,
    ...(product.integrationId === undefined ? {} : { integrationId: product.integrationId }),
    quantity,
    ...(product.piecesPerBox === undefined ? {} : { totalQuantity: pieces, unitOfMeasure: `Box of ${product.piecesPerBox}` }),
    price: fromCents(priceCents),
    shipping: fromCents(shippingMethod.kind === 'pickup' ? 0 : random.integer(450, 2900)),
    tax: fromCents(Math.round(priceCents * 0.0725)),
    unitWeightGrams: product.gramsPerPiece,
    approval,
    status: { state: 'active', stage: 'New' },
    files: filesOf(product, place),
    options: Object.entries(product.options).map(([name, values]) => ({ name, value: random.pick(values) })),
    ...(random.chance(0.15) ? { notes: random.pick(['Bitte ohne Beschnitt <5 mm', 'Colour as last time 🎨', 'Line one\nLine two & "quotes"']) } : {}),
    shipTo,
    shippingMethod,
    ...kitOf(product),
  };
}

function kitOf({ children }: Product): Pick<OrderItem, 'kitItems'> {
  if (children === undefined) return {};
  return {
    kitItems: children.map(({ name, partNumber, quantity }) => ({ productId: stableId('product', partNumber), productName: name, partNumber, quantity })),
  };
}

function filesOf(product: Product, { orderNumber, itemNumber }: ItemPlace): OrderFile[] {
  const file = (role: OrderFile['role'], name: string): OrderFile => ({
    fileId: `${orderNumber}-${itemNumber}-${name}`,
    role, name, state: 'ready', url: `https://files.example.com/orders/${orderNumber}/${itemNumber}/${name}`,
    mimeType: role === 'proof' ? 'image/png' : 'application/pdf',
  });
  const proof = file('proof', 'proof.png');
  if (product.artwork === 'edoc') return [file('edoc', 'production.pdf'), proof];
  if (product.artwork === 'text-and-cover') return [file('artwork', 'text.pdf'), file('artwork', 'cover.pdf'), proof];
  return [file('artwork', 'artwork.pdf'), proof];
}
