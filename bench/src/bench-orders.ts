import { eventTypes, subjects, type Address, type OrderItem, type OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';
import type { OutMessage } from '@pes/messaging';
import { accountCount, siteId, subscriberId } from './bench-accounts.ts';

const address: Address = {
  name: 'Toni Field', company: 'Field & Sons', street1: '12 Orchard Lane', street2: 'Unit 3', city: 'Portville', state: 'OR', postalCode: '97035', country: 'US',
  phone: '5035550111', email: 'toni@example.com',
};

function item(n: number): OrderItem {
  return {
    itemId: newId(), itemNumber: n, productId: 'be7c0000-0000-7000-8000-0000000000d1', productName: 'Folded flyer, A5', printerPartNumber: 'FLY-A5', integrationId: 'FLY-A5',
    quantity: 500, price: '84.50', shipping: '9.95', tax: '7.10', approval: 'approved', status: { state: 'active', stage: 'New' },
    files: [{ fileId: `f${n}`, role: 'artwork', name: 'flyer.pdf', state: 'ready', url: 'https://files.example.com/orders/flyer.pdf?signature=abcdef0123456789' }],
    options: [{ name: 'Paper', value: '170 g silk' }, { name: 'Fold', value: 'Half' }], shipTo: address, shippingMethod: { methodId: 'ground', name: 'Ground', kind: 'integrated' },
  };
}

/** The account that gets an order, by its number. */
export function accountOf(orderNumber: number): number {
  return orderNumber % accountCount;
}

/** An order with two items, paid, approved and with its files: about 2.4 kB, goes to one account. */
export function orderEvent(orderNumber: number, account = accountOf(orderNumber)): OutMessage {
  const now = new Date().toISOString();
  const order: OrderSnapshot = {
    orderId: newId(), orderNumber, version: 1, subscriberId, siteId: siteId(account), siteName: `Bench ${account}`, siteType: 'b2b',
    placedAt: now, updatedAt: now, currency: 'USD', isPaid: true, paidAt: now,
    customer: { userId: 'be7c0000-0000-7000-8000-0000000000c1', firstName: 'Toni', lastName: 'Field', email: 'toni@example.com' }, billTo: address,
    totals: { subtotal: '169.00', shipping: '19.90', tax: '14.20', discount: '0', total: '203.10' }, items: [item(1), item(2)],
  };
  return { subject: subjects.presseroOrder('placed', subscriberId), type: eventTypes.presseroOrder, id: `bench:${order.orderId}`, source: 'bench', data: JSON.stringify({ order }) };
}
