import { isoTime } from '@pes/kernel';
import type { OrderItem, OrderSnapshot, OrderTotals, ShippingMethod } from '@pes/contracts';
import { mappedProducts, type Product } from '../seed/products.ts';
import { shippingMethods } from '../seed/shipping-methods.ts';
import { subscriberId, type Site } from '../seed/sites.ts';
import { stableId } from '../seed/stable-id.ts';
import { generateItem } from './generate-item.ts';
import { fromCents, toCents } from './money.ts';
import { generateAddress, generateCustomer } from './people.ts';
import type { Random } from './random.ts';

export interface OrderWishes {
  /** Same seed, number and wishes: same order. */
  seed: string;
  orderNumber: number;
  site: Site;
  placedAtMs: number;
  minItems: number;
  /** The first items are these products; the rest is drawn. */
  products?: readonly Product[];
  /** All items go this way; drawn when left out. */
  shippingMethod?: ShippingMethod;
}

/** An order as it looks when nothing holds it back: paid, approved, files ready, version 1. */
export function generateOrder(wishes: OrderWishes, random: Random): OrderSnapshot {
  const { seed, orderNumber, site, placedAtMs } = wishes;
  const orderId = stableId('order', seed, orderNumber);
  const customer = generateCustomer(site.siteId, random);
  const billTo = generateAddress(customer, random);
  const items = generateItems({ ...wishes, orderId, home: { shipTo: billTo, other: generateAddress(customer, random) } }, random);
  return {
    orderId, orderNumber, version: 1, subscriberId,
    siteId: site.siteId, siteName: site.name, siteDomain: site.domain, siteType: site.type,
    placedAt: isoTime(placedAtMs), updatedAt: isoTime(placedAtMs), currency: site.currency,
    ...(random.chance(0.4) ? { poNumber: `PO-${random.integer(1000, 9999)}` } : {}),
    isPaid: true, paidAt: isoTime(placedAtMs + 1000), paymentMethod: random.pick(['Credit card', 'On account', 'PayPal']),
    ...(random.chance(0.3) ? { requestedShipDate: isoTime(placedAtMs + random.integer(2, 10) * 86_400_000).slice(0, 10) } : {}),
    customer, billTo,
    totals: totalsOf(items, random),
    ...(random.chance(0.2) ? { notes: random.pick(['Bitte klingeln bei <Empfang>', 'Deliver before noon ☀️', 'Ring twice & wait']) } : {}),
    ...(random.chance(0.2) ? { formFields: [{ name: 'Cost centre', value: `CC-${random.integer(10, 99)}` }] } : {}),
    items,
  };
}

interface ItemWishes extends OrderWishes {
  orderId: string;
  home: { shipTo: OrderItem['shipTo']; other: OrderItem['shipTo'] };
}

function generateItems(wishes: ItemWishes, random: Random): OrderItem[] {
  const { minItems, products = [], site, orderId, orderNumber, home } = wishes;
  const count = Math.max(minItems, products.length, random.pick([1, 1, 1, 2, 2, 3, 4]));
  const severalPlaces = count > 1 && random.chance(0.25);
  const method = wishes.shippingMethod ?? drawMethod(random);
  const lastMethod = wishes.shippingMethod ?? (count > 1 && random.chance(0.1) ? drawMethod(random) : method);
  return Array.from({ length: count }, (_, index) => generateItem(products[index] ?? random.pick(mappedProducts), {
    orderId, orderNumber, itemNumber: index + 1,
    approval: site.type === 'b2c' ? 'not-required' : random.chance(0.1) ? 'approved-with-modifications' : 'approved',
    shipTo: severalPlaces && index === count - 1 ? home.other : home.shipTo,
    shippingMethod: index === count - 1 ? lastMethod : method,
  }, random));
}

function drawMethod(random: Random): ShippingMethod {
  const { ground, twoDay, van, pickup } = shippingMethods;
  return random.pick([ground, ground, ground, ground, twoDay, twoDay, van, pickup]);
}

function totalsOf(items: readonly OrderItem[], random: Random): OrderTotals {
  const sum = (amountOf: (item: OrderItem) => string | undefined): number => items.reduce((total, item) => total + toCents(amountOf(item) ?? '0'), 0);
  const subtotal = sum(({ price }) => price);
  const shipping = sum((item) => item.shipping);
  const tax = sum((item) => item.tax);
  const discount = random.chance(0.2) ? Math.round(subtotal / 10) : 0;
  return {
    subtotal: fromCents(subtotal), shipping: fromCents(shipping), tax: fromCents(tax), discount: fromCents(discount),
    total: fromCents(subtotal + shipping + tax - discount),
  };
}
