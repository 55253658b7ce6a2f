import { describe, expect, it } from '@jest/globals';
import type { OrderItem, OrderSnapshot } from '@pes/contracts';
import { generateOrder } from '../src/pressero/generate-order.ts';
import { expectationOf } from '../src/pressero/oracle.ts';
import { createRandom } from '../src/pressero/random.ts';
import { accounts } from '../src/seed/accounts.ts';
import { productOf } from '../src/seed/products.ts';
import { shippingMethods } from '../src/seed/shipping-methods.ts';
import { sites, type Site } from '../src/seed/sites.ts';

/** Two items with files, one address, integrated shipping: nothing holds it back. */
function orderFor(site: Site, change: (item: OrderItem, index: number) => Partial<OrderItem> = () => ({}), head: Partial<OrderSnapshot> = {}, first = 'BC-STD'): OrderSnapshot {
  const products = [productOf(first), productOf('PC-A6')];
  const order = generateOrder({
    seed: 'oracle', orderNumber: 777, site, placedAtMs: Date.parse('2026-03-02T09:00:00Z'), minItems: 2, products, shippingMethod: shippingMethods.ground,
  }, createRandom('oracle'));
  const items = order.items.slice(0, 2).map((item) => ({ ...item, shipTo: order.billTo }));
  return { ...order, items: items.map((item, index) => ({ ...item, ...change(item, index) })), ...head };
}

const waits = { eligible: false, deliveries: [] };
const referencesOf = (order: OrderSnapshot): string[][] => expectationOf(order).deliveries.map(({ itemReferences }) => itemReferences);

describe('the oracle', () => {
  it('expects a finished order at every live account of its site, under the prefix of the account', () => {
    expect(expectationOf(orderFor(sites.dental))).toEqual({
      eligible: true,
      deliveries: [
        { accountId: accounts.warehouse.accountId, provider: 'shipstation', reference: 'HD-777', state: 'sent', itemReferences: ['HD-777-1', 'HD-777-2'], parts: 1 },
        { accountId: accounts.press.accountId, provider: 'hp-site-flow', reference: 'HP-777', state: 'sent', itemReferences: ['HP-777-1', 'HP-777-2'], parts: 1 },
      ],
    });
  });

  it('expects an eligible order nowhere when its site is enabled but not live', () => {
    expect(expectationOf(orderFor(sites.soon))).toEqual({ eligible: true, deliveries: [] });
  });

  it.each([
    ['it is not paid', orderFor(sites.dental, undefined, { isPaid: false })],
    ['an item is pending', orderFor(sites.dental, (_, index) => (index === 0 ? { approval: 'pending' } : {}))],
    ['all items are denied', orderFor(sites.dental, () => ({ approval: 'denied' }))],
    ['it has no items', orderFor(sites.dental, undefined, { items: [] })],
    ['a production file is missing', orderFor(sites.dental, ({ files }) => ({ files: files.map((file) => ({ ...file, state: 'pending' })) }))],
    ['an item is cancelled and the site lets it block', orderFor(sites.dental, (_, index) => (index === 0 ? { status: { state: 'cancelled' } } : {}))],
    ['all items are cancelled and the site leaves them out', orderFor(sites.books, () => ({ status: { state: 'cancelled' } }))],
  ])('expects an order to wait while %s', (_, order) => {
    expect(expectationOf(order)).toEqual(waits);
  });

  it('leaves denied items out, whatever their files and status', () => {
    const order = orderFor(sites.dental, ({ files }, index) => (index === 0 ? { approval: 'denied', status: { state: 'cancelled' }, files: files.map((file) => ({ ...file, state: 'failed' })) } : {}));
    expect(referencesOf(order)).toEqual([['HD-777-2'], ['HP-777-2']]);
  });

  it('leaves a cancelled item out where the site wants it so', () => {
    expect(referencesOf(orderFor(sites.books, (_, index) => (index === 1 ? { status: { state: 'cancelled' } } : {})))).toEqual([['KB-777-1']]);
  });

  it('minds no proof that is not ready', () => {
    const order = orderFor(sites.dental, ({ files }) => ({ files: files.map((file) => (file.role === 'proof' ? { ...file, state: 'pending' } : file)) }));
    expect(expectationOf(order).eligible).toBe(true);
  });

  it('counts items that need no approval, or were approved with modifications, as approved', () => {
    expect(expectationOf(orderFor(sites.cards, () => ({ approval: 'not-required' }))).deliveries).toHaveLength(2);
    expect(expectationOf(orderFor(sites.dental, () => ({ approval: 'approved-with-modifications' }))).deliveries).toHaveLength(2);
  });

  it('expects Site Flow to wait for a product without SKU, and ShipStation to get it', () => {
    const order = orderFor(sites.dental, undefined, {}, 'NB-FOIL');
    expect(expectationOf(order).deliveries.map(({ state }) => state)).toEqual(['sent', 'waiting-mapping']);
  });

  it('expects ShipStation to refuse a method that names no service, and Site Flow to use the stand-in', () => {
    const order = orderFor(sites.dental, () => ({ shippingMethod: shippingMethods.courier }));
    expect(expectationOf(order).deliveries.map(({ state }) => state)).toEqual(['rejected', 'sent']);
  });

  it('expects one ShipStation order for each address and method, and one Site Flow order', () => {
    const elsewhere = orderFor(sites.dental, ({ shipTo }, index) => (index === 0 ? { shipTo: { ...shipTo, street1: '9 Other Road' } } : {}));
    const byTwoMethods = orderFor(sites.dental, (_, index) => (index === 0 ? { shippingMethod: shippingMethods.pickup } : {}));
    for (const order of [elsewhere, byTwoMethods]) expect(expectationOf(order).deliveries.map(({ parts }) => parts)).toEqual([2, 1]);
  });
});
