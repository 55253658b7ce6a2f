import type { PushItem, PushOrder } from '@pes/connector-sdk';
import type { Address, OrderItem, OrderSnapshot } from '@pes/contracts';

/** Orders for the specs: small, and every part can be replaced. */
export const orderId = '019b2f6e-4c1a-7d33-9a55-0c0ffee00001';
export const accountId = '019b2f00-0000-7000-8000-00005eed0042';

export const harbour: Address = {
  name: 'Ines Okafor', company: 'Harbour Veterinary', street1: '14 Quay Road', street2: 'Unit 3', city: 'Portsend', state: 'ME', postalCode: '04999', country: 'US', phone: '2075550117',
};
export const inland: Address = { name: 'Tom Vale', street1: '8 Mill Lane', city: 'Oakridge', state: 'VT', postalCode: '05999', country: 'US' };

export function itemOf(itemNumber: number, change: Partial<OrderItem> = {}): OrderItem {
  return {
    itemId: `019b2f6e-4c1a-7d33-9a55-0000000000${String(itemNumber).padStart(2, '0')}`,
    itemNumber,
    productId: '019b2f6e-0000-7d33-9a55-00000000beef',
    productName: 'Appointment card',
    itemName: 'Card for Dr Lindqvist',
    printerPartNumber: 'AC-85',
    quantity: 4,
    price: '30.00',
    shipping: '6.00',
    tax: '2.25',
    approval: 'approved',
    status: { state: 'active', stage: 'Prepress' },
    files: [{ fileId: `file-${itemNumber}`, role: 'edoc', name: `card-${itemNumber}.pdf`, state: 'ready', url: `https://files.example.org/print/card-${itemNumber}.pdf` }],
    options: [{ name: 'Paper', value: 'Recycled 300 g' }],
    shipTo: harbour,
    shippingMethod: { methodId: 'm-ground', name: 'Ground', kind: 'integrated' },
    ...change,
  };
}

export interface SampleParts {
  items?: OrderItem[];
  order?: Partial<OrderSnapshot>;
  /** Replaces what is around an item, by item number. */
  around?: (item: PushItem) => Partial<PushItem>;
  reference?: string;
  push?: Partial<PushOrder>;
}

export function pushOf({ items = [itemOf(1)], order = {}, around = () => ({}), reference = 'SB-7301', push = {} }: SampleParts = {}): PushOrder {
  const sent = items.filter(({ approval }) => approval !== 'denied').map((item) => {
    const plain: PushItem = { itemNumber: item.itemNumber, reference: `${reference}-${item.itemNumber}`, item, product: { externalId: null, settings: {} }, shipping: null };
    return { ...plain, ...around(plain) };
  });
  return {
    reference,
    order: {
      orderId,
      orderNumber: 7301,
      version: 2,
      subscriberId: '019b2f00-0000-7000-8000-000000000a01',
      siteId: '019b2f00-0000-7000-8000-000000000b01',
      siteName: 'Bayside Print',
      siteType: 'b2b',
      placedAt: '2026-02-11T19:45:12.345Z',
      updatedAt: '2026-02-11T19:50:00.000Z',
      paidAt: '2026-02-11T19:46:00.000Z',
      currency: 'USD',
      isPaid: true,
      paymentMethod: 'Purchase order',
      customer: { userId: '019b2f00-0000-7000-8000-000000000c01', firstName: 'Ines', lastName: 'Okafor', email: 'ines@harbour.example' },
      billTo: harbour,
      totals: { subtotal: totalOf(items, 'price'), shipping: totalOf(items, 'shipping'), tax: totalOf(items, 'tax'), discount: '0', total: totalOf(items, 'price', 'shipping', 'tax') },
      items,
      ...order,
    },
    siteSettings: {},
    user: { externalId: null, settings: {} },
    items: sent,
    ...push,
  };
}

function totalOf(items: readonly OrderItem[], ...members: Array<'price' | 'shipping' | 'tax'>): string {
  const cents = items.flatMap((item) => members.map((member) => Math.round(Number(item[member] ?? 0) * 100))).reduce((sum, value) => sum + value, 0);
  return (cents / 100).toFixed(2);
}
