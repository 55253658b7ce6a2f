import type { OrderFile, OrderItem, OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';

export const subscriberId = '0198a000-0000-7000-8000-0000000000aa';
export const siteId = '0198a000-0000-7000-8000-0000000000bb';

export function sampleFile(changes: Partial<OrderFile> = {}): OrderFile {
  return { fileId: 'f-71', role: 'artwork', name: 'menu-front.pdf', state: 'ready', url: 'https://files.example.com/71/menu-front.pdf', ...changes };
}

export function fileWithoutUrl(changes: Partial<OrderFile> = {}): OrderFile {
  const { url: _left, ...file } = sampleFile(changes);
  return file;
}

const address = { name: 'Kim Placeholder', street1: '7 Nowhere Lane', city: 'Exampleville', country: 'NL' };

export function sampleItem(itemNumber: number, changes: Partial<OrderItem> = {}): OrderItem {
  return {
    itemId: newId(), itemNumber, productId: newId(), productName: `Menu ${itemNumber}`, quantity: 40, price: '12.50', approval: 'approved',
    status: { state: 'active', stage: 'Received' }, files: [sampleFile()], shipTo: address,
    shippingMethod: { methodId: 'van', name: 'Own van', kind: 'non-integrated' }, ...changes,
  };
}

export function sampleOrder(changes: Partial<OrderSnapshot> = {}): OrderSnapshot {
  const now = new Date().toISOString();
  return {
    orderId: newId(), orderNumber: 7701, version: 1, subscriberId, siteId, siteName: 'Sample Diner', siteType: 'b2b', placedAt: now, updatedAt: now,
    currency: 'EUR', isPaid: true, customer: { userId: newId(), firstName: 'Kim', lastName: 'Placeholder', email: 'kim@example.com' },
    billTo: address, totals: { subtotal: '12.50', shipping: '0', tax: '0', discount: '0', total: '12.50' }, items: [sampleItem(1)], ...changes,
  };
}
