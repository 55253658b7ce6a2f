import type { PushItem, PushOrder } from '@pes/connector-sdk';
import type { OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';

type Item = PushItem['item'];

const siteId = '01980000-0000-7000-8000-0000000000a1';
const subscriberId = '01980000-0000-7000-8000-0000000000a2';

export function sampleFile(name: string, changes: Partial<Item['files'][number]> = {}): Item['files'][number] {
  return { fileId: `file-${name}`, role: 'artwork', name, state: 'ready', url: `https://cdn.example.org/art/${name}`, ...changes };
}

export function sampleAddress(changes: Partial<Item['shipTo']> = {}): Item['shipTo'] {
  return {
    name: 'Mira Okafor', company: 'Harbour Lane Bakery', street1: '7 Quay Road', street2: 'Unit 3', city: 'Portsmouth', state: 'NH', postalCode: '03801',
    country: 'US', phone: '+1 (603) 555-0147', email: 'mira@bakery.example', ...changes,
  };
}

/** One line of a push, as dispatch hands it over. */
export function samplePushItem(itemNumber: number, changes: { item?: Partial<Item>; product?: Partial<PushItem['product']>; shipping?: PushItem['shipping'] } = {}): PushItem {
  return {
    itemNumber,
    reference: `HB-5001-${itemNumber}`,
    item: {
      itemId: newId(), itemNumber, productId: newId(), productName: 'Menu card', quantity: 40, price: '32.00', shipping: '4.50', tax: '1.28',
      approval: 'approved', status: { state: 'active', stage: 'New' }, files: [sampleFile(`menu-${itemNumber}.pdf`)],
      shipTo: sampleAddress(), shippingMethod: { methodId: 'm-ground', name: 'Ground', kind: 'integrated' }, ...changes.item,
    },
    product: { externalId: 'MENU-A5', settings: {}, ...changes.product },
    shipping: changes.shipping === undefined ? { alias: 'ground' } : changes.shipping,
  };
}

/** A push of the given lines; the reference counts up so that orders of one spec do not meet. */
export function samplePush(items: PushItem[] = [samplePushItem(1)], changes: { reference?: string; order?: Partial<OrderSnapshot> } = {}): PushOrder {
  const reference = changes.reference ?? `HB-${(nextNumber += 1)}`;
  return {
    reference,
    order: {
      orderId: newId(), orderNumber: 5001, version: 2, subscriberId, siteId, siteName: 'Harbour Lane', siteDomain: 'shop.harbour.example', siteType: 'b2b',
      placedAt: '2026-02-03T09:15:00.000Z', updatedAt: '2026-02-03T09:20:00.000Z', currency: 'USD', isPaid: true,
      customer: { userId: newId(), firstName: 'Mira', lastName: 'Okafor', email: 'mira.okafor@bakery.example' },
      billTo: sampleAddress({ phone: '603 555 0100' }),
      totals: { subtotal: '32.00', shipping: '4.50', tax: '1.28', discount: '0', total: '37.78' },
      items: items.map(({ item }) => item), ...changes.order,
    },
    siteSettings: {},
    user: { externalId: null, settings: {} },
    items: items.map((entry) => ({ ...entry, reference: `${reference}-${entry.itemNumber}` })),
  };
}

let nextNumber = 7000;
