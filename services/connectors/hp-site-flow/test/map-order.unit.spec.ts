import type { PushOrder } from '@pes/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { mapOrder } from '../src/map-order.ts';
import { readSettings, type AccountSettings } from '../src/settings.ts';
import { sampleAddress, sampleFile, samplePush, samplePushItem } from './sample-push.ts';

function settingsOf(changes: Record<string, unknown> = {}): AccountSettings {
  const settings = readSettings({ destinationAccount: 'hp.pressline', ...changes });
  if (!settings.ok) throw new Error(settings.error.message);
  return settings.value;
}

/** As it goes over the wire. */
function mapped(push: PushOrder, changes: Record<string, unknown> = {}) {
  const order = mapOrder(push, settingsOf(changes));
  if (!order.ok) throw new Error(order.error.map(({ message }) => message).join(' '));
  return JSON.parse(JSON.stringify(order.value)) as typeof order.value;
}

function problemsOf(push: PushOrder, changes: Record<string, unknown> = {}) {
  const order = mapOrder(push, settingsOf(changes));
  return order.ok ? [] : order.error;
}

describe('mapOrder', () => {
  it('maps a one-item order to the whole document', () => {
    const push = samplePush([samplePushItem(1, { item: { itemName: 'Menu card, matt', options: [{ name: 'Fold', value: 'Half' }], unitWeightGrams: 12 } })],
      { reference: 'HB-5001', order: { poNumber: 'PO-88', notes: 'Ring the bell' } });
    expect(mapped(push)).toEqual({
      destination: { name: 'hp.pressline' },
      orderData: {
        sourceOrderId: 'HB-5001', customerName: 'Harbour Lane Bakery', email: 'mira.okafor@bakery.example', purchaseOrderNumber: 'PO-88', instructions: 'Ring the bell',
        amount: 0, currency: 'USD', tags: ['pressero'],
        extraData: { hubOrderId: push.order.orderId, presseroOrderNumber: '5001', storefront: 'shop.harbour.example' },
        items: [{
          sourceItemId: 'HB-5001-1', sku: 'MENU-A5', description: 'Menu card, matt', quantity: 40, shipmentIndex: 0, unitWeight: 12,
          components: [{ code: 'Content', path: 'https://cdn.example.org/art/menu-1.pdf', fetch: true, attributes: { Fold: 'Half' } }],
        }],
        shipments: [{
          shipmentIndex: 0, carrier: { alias: 'ground' },
          shipTo: {
            name: 'Mira Okafor', companyName: 'Harbour Lane Bakery', address1: '7 Quay Road', address2: 'Unit 3', town: 'Portsmouth', state: 'NH', postcode: '03801',
            isoCountry: 'US', country: 'United States', phone: '6035550147', email: 'mira@bakery.example',
          },
        }],
      },
    });
  });

  it('makes one shipment for each distinct address and method, and items refer to them', () => {
    const ground = { methodId: 'm-ground', name: 'Ground', kind: 'integrated' } as const;
    const express = { methodId: 'm-express', name: 'Express', kind: 'integrated' } as const;
    const elsewhere = sampleAddress({ name: 'Jon Vale', street1: '2 Mill Street', city: 'Dover' });
    // The same address with its members in another order is still the same address.
    const reordered = Object.fromEntries(Object.entries(sampleAddress()).reverse()) as unknown as ReturnType<typeof sampleAddress>;
    const { orderData } = mapped(samplePush([
      samplePushItem(1, { item: { shippingMethod: ground } }),
      samplePushItem(2, { item: { shippingMethod: ground, shipTo: elsewhere } }),
      samplePushItem(3, { item: { shippingMethod: express }, shipping: { code: 'fedex', service: 'ground' } }),
      samplePushItem(4, { item: { shippingMethod: ground, shipTo: reordered } }),
    ]));
    expect(orderData.items.map((item) => item.shipmentIndex)).toEqual([0, 1, 2, 0]);
    expect(orderData.shipments.map(({ shipmentIndex, shipTo, carrier }) => [shipmentIndex, shipTo.town, carrier])).toEqual([
      [0, 'Portsmouth', { alias: 'ground' }], [1, 'Dover', { alias: 'ground' }], [2, 'Portsmouth', { code: 'fedex', service: 'ground' }],
    ]);
  });

  it('gives a shipment the earliest date of its items, else the date of the order', () => {
    const dates = (first?: string, second?: string) => [first, second].map((date, index) => samplePushItem(index + 1, { item: date === undefined ? {} : { requestedShipDate: date } }));
    expect(mapped(samplePush(dates('2026-03-09', '2026-03-04'))).orderData.shipments[0]?.shipByDate).toBe('2026-03-04');
    expect(mapped(samplePush(dates(), { order: { requestedShipDate: '2026-03-20' } })).orderData.shipments[0]?.shipByDate).toBe('2026-03-20');
    expect(mapped(samplePush(dates())).orderData.shipments[0]).not.toHaveProperty('shipByDate');
  });

  it('uses the carrier of the account when the method has none, and refuses when there is none at all', () => {
    const push = samplePush([samplePushItem(1, { shipping: null, item: { shippingMethod: { methodId: 'x', name: 'Courier bike', kind: 'non-integrated' } } })]);
    expect(mapped(push, { defaultCarrier: { code: 'customer', service: 'shipping' } }).orderData.shipments[0]?.carrier).toEqual({ code: 'customer', service: 'shipping' });
    expect(problemsOf(push)).toEqual([{ code: 'mapping_missing', path: 'items.1.shippingMethod', message: expect.stringContaining('Courier bike') }]);
    expect(problemsOf(push, { defaultCarrier: { code: 'customer' } })).toHaveLength(1);
  });

  it('refuses a mapping that is incomplete, instead of shipping by the carrier of the account', () => {
    const push = samplePush([samplePushItem(1, { shipping: { code: 'fedex' } })]);
    expect(problemsOf(push, { defaultCarrier: { alias: 'ground' } })).toMatchObject([{ code: 'mapping_missing' }]);
  });

  it.each([
    ['product setting wins', { componentCodes: ['inside', 'jacket'] }, { componentCodes: { 'MENU-A5': ['a', 'b'] } }, ['inside', 'jacket']],
    ['then the account by SKU', {}, { componentCodes: { 'MENU-A5': ['text', 'cover'] } }, ['text', 'cover']],
  ])('names the components of a two-file item: %s', (_name, product, account, codes) => {
    const push = samplePush([samplePushItem(1, { item: { files: [sampleFile('inner.pdf'), sampleFile('outer.pdf')] }, product: { settings: product } })]);
    const components = mapped(push, account).orderData.items[0]?.components ?? [];
    expect(components.map(({ code, path }) => [code, path])).toEqual([[codes[0], 'https://cdn.example.org/art/inner.pdf'], [codes[1], 'https://cdn.example.org/art/outer.pdf']]);
  });

  it('uses the default code of the account for a one-file item', () => {
    expect(mapped(samplePush(), { defaultComponentCode: 'sheet' }).orderData.items[0]?.components[0]?.code).toBe('sheet');
  });

  it('refuses when files and component codes do not match in number, instead of guessing', () => {
    const push = samplePush([samplePushItem(2, { item: { files: [sampleFile('a.pdf'), sampleFile('b.pdf')] } })]);
    expect(problemsOf(push)).toEqual([{ code: 'validation', path: 'items.2.files', message: expect.stringMatching(/Item 2 \(Menu card\) has 2 production file\(s\), but SKU MENU-A5 takes 1 \(Content\)/) }]);
  });

  it('produces the eDoc file instead of the uploads, and never a proof', () => {
    const files = [sampleFile('photo.jpg'), sampleFile('made.pdf', { role: 'edoc' }), sampleFile('look.png', { role: 'proof' })];
    const { items } = mapped(samplePush([samplePushItem(1, { item: { files } })])).orderData;
    expect(items[0]?.components.map(({ path }) => path)).toEqual(['https://cdn.example.org/art/made.pdf']);
  });

  it.each([
    ['no file at all', []],
    ['only a proof', [sampleFile('look.png', { role: 'proof' })]],
  ])('refuses an item with %s and names item and product', (_name, files) => {
    expect(problemsOf(samplePush([samplePushItem(3, { item: { files } })]))).toEqual([
      { code: 'validation', path: 'items.3.files', message: expect.stringMatching(/^Item 3 \(Menu card\) has no production file/) },
    ]);
  });

  it('refuses an item whose file is not ready and names the file', () => {
    const { url: _url, ...pending } = sampleFile('late.pdf', { role: 'edoc', state: 'pending' });
    expect(problemsOf(samplePush([samplePushItem(1, { item: { files: [pending] } })]))[0]?.message).toContain('late.pdf');
  });

  it('refuses an item without a SKU and reports every problem of the order at once', () => {
    const push = samplePush([samplePushItem(1, { product: { externalId: null } }), samplePushItem(2, { item: { files: [] } })]);
    expect(problemsOf(push).map(({ code, path }) => [code, path])).toEqual([['mapping_missing', 'items.1.sku'], ['validation', 'items.2.files']]);
  });

  it('orders products that are picked from stock as stock items, without a file', () => {
    const push = samplePush([samplePushItem(1), samplePushItem(2, { item: { files: [], productName: 'Twine' }, product: { externalId: 'TWINE-10M', settings: { pickFromStock: true } } })]);
    const { items, stockItems } = mapped(push).orderData;
    expect(items).toHaveLength(1);
    expect(stockItems).toEqual([{ code: 'TWINE-10M', name: 'Twine', quantity: 40, shipmentIndex: 0 }]);
  });

  it('refuses an order of stock items only, which Site Flow does not take', () => {
    const push = samplePush([samplePushItem(1, { product: { settings: { pickFromStock: true } } })]);
    expect(problemsOf(push)[0]?.message).toContain('at least one printed item');
  });

  it('counts pieces, not boxes', () => {
    expect(mapped(samplePush([samplePushItem(1, { item: { quantity: 2, totalQuantity: 500 } })])).orderData.items[0]?.quantity).toBe(500);
  });

  it('sends numbers for prices only when the account wants them, and only for the items that are sent', () => {
    const push = samplePush([samplePushItem(1, { item: { quantity: 3, price: '0.10', shipping: '0.20', tax: '0.03' } })], { order: { totals: { subtotal: '99', shipping: '9', tax: '9', discount: '0', total: '117' } } });
    const { amount, tax, items } = mapped(push, { sendPrices: true }).orderData;
    expect([amount, tax, items[0]?.unitPrice]).toEqual([0.33, 0.03, 0.033333]);
    const without = mapped(push).orderData;
    expect(without.amount).toBe(0);
    expect(without).not.toHaveProperty('tax');
    expect(without.items[0]).not.toHaveProperty('unitPrice');
  });

  it('puts attributes on every component: repeated options joined, product attributes winning', () => {
    const options = [{ name: 'Extra', value: 'Holes' }, { name: 'Extra', value: 'Corners' }, { name: 'Lamination', value: 'Gloss' }];
    const push = samplePush([samplePushItem(1, {
      item: { options, files: [sampleFile('a.pdf'), sampleFile('b.pdf')] }, product: { settings: { componentCodes: ['text', 'cover'], attributes: { Lamination: 'Matt' } } },
    })]);
    const components = mapped(push).orderData.items[0]?.components ?? [];
    expect(components.map(({ attributes }) => attributes)).toEqual([{ Extra: 'Holes, Corners', Lamination: 'Matt' }, { Extra: 'Holes, Corners', Lamination: 'Matt' }]);
  });

  it('adds notes of items to the instructions, since operators see only those', () => {
    const push = samplePush([samplePushItem(1), samplePushItem(2, { item: { notes: 'Pack separately' } })], { order: { notes: 'Thanks' } });
    expect(mapped(push).orderData.instructions).toBe('Thanks\nItem 2: Pack separately');
  });

  it.each([
    ['US', '1-603-555-0199', '6035550199'],
    ['GB', '+44 20 7946 0018', '442079460018'],
    ['DE', undefined, '6035550100'],
  ])('writes phone numbers of %s as digits (%s)', (country, phone, expected) => {
    const { phone: _phone, ...address } = sampleAddress({ country });
    const { shipments } = mapped(samplePush([samplePushItem(1, { item: { shipTo: { ...address, ...(phone === undefined ? {} : { phone }) } } })])).orderData;
    expect(shipments[0]?.shipTo.phone).toBe(expected);
  });

  it('fills in the e-mail of the buyer and leaves out what has no value', () => {
    const { email: _email, company: _company, ...address } = sampleAddress({ street2: ' ', country: 'QQ' });
    const { shipTo } = mapped(samplePush([samplePushItem(1, { item: { shipTo: address } })])).orderData.shipments[0]!;
    expect(shipTo.email).toBe('mira.okafor@bakery.example');
    for (const field of ['companyName', 'address2', 'country']) expect(shipTo).not.toHaveProperty(field);
  });
});
