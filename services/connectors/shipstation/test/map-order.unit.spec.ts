import { describe, expect, it } from '@jest/globals';
import type { PushOrder, Settings } from '@pes/connector-sdk';
import { validator, type OrderItem } from '@pes/contracts';
import { mapOrder, type OrderBody } from '../src/map-order.ts';
import { readSettings } from '../src/settings.ts';
import { accountId, harbour, inland, itemOf, orderId, pushOf, type SampleParts } from './sample-push.ts';

function bodiesOf(parts: SampleParts, settings: Settings = {}): OrderBody[] {
  return mappedBodies(pushOf(parts), settings);
}

function mappedBodies(push: PushOrder, settings: Settings = {}): OrderBody[] {
  const mapped = mapOrder(push, readSettings(accountId, settings, push.siteSettings));
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.error));
  return mapped.value;
}

function bodyOf(parts: SampleParts = {}, settings: Settings = {}): OrderBody {
  const bodies = bodiesOf(parts, settings);
  expect(bodies).toHaveLength(1);
  return bodies[0]!;
}

function refusalOf(parts: SampleParts): unknown {
  const push = pushOf(parts);
  const mapped = mapOrder(push, readSettings(accountId, {}, push.siteSettings));
  return mapped.ok ? undefined : mapped.error;
}

it('uses samples that fit the contract', () => {
  const checked = validator('order-snapshot')(pushOf().order);
  expect(checked.ok ? [] : checked.errors).toEqual([]);
});

describe('one order', () => {
  it('has number, key, Pacific dates and the references that lead back to us', () => {
    const body = bodyOf();
    expect(body).toMatchObject({
      orderNumber: 'SB-7301',
      orderKey: `hub-5eed0042-${orderId.replaceAll('-', '')}`,
      orderDate: '2026-02-11T11:45:12.3450000',
      paymentDate: '2026-02-11T11:46:00.0000000',
      orderStatus: 'awaiting_shipment',
      paymentMethod: 'Purchase order',
      requestedShippingService: 'Ground',
      advancedOptions: { customField1: orderId, customField2: 'SB-7301', source: 'Pressero' },
    });
    expect(body.orderKey.length).toBeLessThanOrEqual(50);
  });

  it('keeps its key when everything but the ids changes', () => {
    const before = bodyOf().orderKey;
    const after = bodyOf({ reference: 'OTHER-1', items: [itemOf(1, { shipTo: inland, price: '1.00' })], order: { version: 9, placedAt: '2026-01-01T00:00:00Z' } }).orderKey;
    expect(after).toBe(before);
  });

  it('takes the key prefix of the account settings', () => {
    expect(bodyOf({}, { orderKeyPrefix: 'bay-' }).orderKey).toBe(`bay-${orderId.replaceAll('-', '')}`);
  });

  it('ships by the earliest day that is asked for, without conversion', () => {
    const items = [itemOf(1, { requestedShipDate: '2026-03-09' }), itemOf(2, { requestedShipDate: '2026-03-08' })];
    expect(bodyOf({ items }).shipByDate).toBe('2026-03-08T00:00:00.0000000');
    expect(bodyOf({ order: { requestedShipDate: '2026-05-02' } }).shipByDate).toBe('2026-05-02T00:00:00.0000000');
  });

  it('has the e-mail address only when the account wants it', () => {
    expect(bodyOf().customerEmail).toBeUndefined();
    expect(JSON.stringify(bodyOf())).not.toContain('ines@harbour.example');
    expect(bodyOf({}, { sendCustomerEmail: true }).customerEmail).toBe('ines@harbour.example');
  });

  it('takes status, tags, store and warehouse of the account, and those of the site before them', () => {
    const settings = { orderStatusOnCreate: 'on_hold', tagIds: [7001, 7001], storeId: 9102, warehouseId: 55 };
    expect(bodyOf({}, settings)).toMatchObject({ orderStatus: 'on_hold', tagIds: [7001], advancedOptions: { storeId: 9102, warehouseId: 55 } });
    const [body] = mappedBodies(pushOf({ push: { siteSettings: { storeId: 9103 } } }), settings);
    expect(body).toMatchObject({ advancedOptions: { storeId: 9103, warehouseId: 55 } });
  });

  it('lists PO number, form fields and file links for staff, the note for the buyer', () => {
    const body = bodyOf({ order: { poNumber: 'PO-88', notes: 'Ring twice', formFields: [{ name: 'Cost centre', value: '12' }] } });
    expect(body.customerNotes).toBe('Ring twice');
    expect(body.internalNotes).toBe('PO number: PO-88\nCost centre: 12\nItem 1, card-1.pdf: https://files.example.org/print/card-1.pdf');
  });

  it('is refused when its date is no date', () => {
    expect(refusalOf({ order: { placedAt: '2026-99-99T00:00:00Z' } })).toMatchObject({ kind: 'rejected', code: 'validation', fields: [{ path: '/order/placedAt' }] });
  });

  it('is refused when a suffix makes its number longer than 50 characters', () => {
    const reference = 'N'.repeat(49);
    expect(refusalOf({ reference, items: [itemOf(1)] })).toBeUndefined();
    expect(refusalOf({ reference, items: [itemOf(1), itemOf(2, { shipTo: inland })] })).toMatchObject({ kind: 'rejected', code: 'reference_invalid' });
  });
});

describe('address', () => {
  it('has null where the storefront has no value', () => {
    expect(bodyOf({ items: [itemOf(1, { shipTo: inland })] }).shipTo).toEqual({
      name: 'Tom Vale', company: null, street1: '8 Mill Lane', street2: null, street3: null, city: 'Oakridge', state: 'VT', postalCode: '05999', country: 'US', phone: null,
    });
  });

  it.each([
    ['the company', { name: ' ', company: 'Harbour Veterinary' }, 'Harbour Veterinary'],
    ['the buyer', { name: '', company: '' }, 'Ines Okafor'],
  ])('without a name takes %s', (_name, change, expected) => {
    expect(bodyOf({ items: [itemOf(1, { shipTo: { ...harbour, ...change } })] }).shipTo.name).toBe(expected);
  });

  it('without any name takes the site', () => {
    const customer = { userId: orderId, firstName: '', lastName: '', email: 'x@example.org' };
    expect(bodyOf({ order: { customer }, items: [itemOf(1, { shipTo: { ...inland, name: '' } })] }).shipTo.name).toBe('Bayside Print');
  });

  it('of a pickup is the shop when the account has one, and the order is tagged', () => {
    const items = [itemOf(1, { shippingMethod: { methodId: 'm-pick', name: 'Counter', kind: 'pickup' } })];
    const shop = { name: 'Bayside counter', street1: '1 Front Street', city: 'Portsend', country: 'US' };
    const body = bodyOf({ items }, { pickupTagId: 7002, tagIds: [7001], pickupAddress: shop });
    expect(body).toMatchObject({ shipTo: { name: 'Bayside counter' }, tagIds: [7001, 7002], requestedShippingService: 'Counter' });
    expect(bodyOf({ items }).shipTo.name).toBe('Ines Okafor');
  });
});

describe('item', () => {
  const lineOf = (change: Partial<OrderItem>, settings: Settings = {}, around: SampleParts['around'] = () => ({})) =>
    bodyOf({ items: [itemOf(1, change)], around }, settings).items[0]!;

  it('carries our reference, and options before file links', () => {
    const files: OrderItem['files'] = [
      { fileId: 'a', role: 'artwork', name: 'front.pdf', state: 'ready', url: 'https://files.example.org/front.pdf' },
      { fileId: 'b', role: 'artwork', name: 'late.pdf', state: 'pending' },
      { fileId: 'c', role: 'edoc', name: 'back.pdf', state: 'ready', url: 'https://files.example.org/back.pdf' },
      { fileId: 'd', role: 'proof', name: 'proof.png', state: 'ready', url: 'https://files.example.org/proof.png' },
    ];
    expect(lineOf({ files, notes: 'Trim tight', kitItems: [{ productId: orderId, productName: 'Envelope', quantity: 2 }] })).toMatchObject({
      lineItemKey: 'SB-7301-1',
      imageUrl: 'https://files.example.org/proof.png',
      adjustment: false,
      options: [
        { name: 'Paper', value: 'Recycled 300 g' },
        { name: 'Includes', value: '2 × Envelope' },
        { name: 'Notes', value: 'Trim tight' },
        { name: 'Print file 1', value: 'https://files.example.org/front.pdf' },
        { name: 'Print file 2', value: 'https://files.example.org/back.pdf' },
      ],
    });
  });

  it('never cuts a link and cuts other long options', () => {
    const url = `https://files.example.org/${'p'.repeat(1000)}`;
    const body = bodyOf({ items: [itemOf(1, { options: [{ name: 'Text', value: 'y'.repeat(1500) }], files: [{ fileId: 'a', role: 'edoc', name: 'long.pdf', state: 'ready', url }] })] });
    expect(body.items[0]).toMatchObject({ options: [{ value: `${'y'.repeat(999)}…` }, { value: 'See the internal notes' }] });
    expect(body.internalNotes).toContain(url);
  });

  it.each<[string, Partial<OrderItem>, Settings, string | null, string | null]>([
    ['the linked product', { integrationId: 'INT-9' }, { defaultProductSku: 'ANY' }, 'LINKED', 'LINKED'],
    ['the integration id', { integrationId: 'INT-9' }, { defaultProductSku: 'ANY' }, null, 'INT-9'],
    ['the default product', {}, { defaultProductSku: 'ANY', productNaming: 'product-name' }, null, 'ANY'],
    ['the product name', {}, { productNaming: 'product-name' }, null, 'Appointment card'],
    ['the item name', {}, { productNaming: 'item-name' }, null, 'Card for Dr Lindqvist'],
    ['the part number when the item has no name', { itemName: '' }, { productNaming: 'item-name' }, null, 'AC-85'],
    ['the part number of the printer', { clientPartNumber: 'C-1' }, {}, null, 'AC-85'],
    ['the part number of the client', { printerPartNumber: '', clientPartNumber: 'C-1' }, {}, null, 'C-1'],
    ['nothing', { printerPartNumber: '' }, {}, null, null],
  ])('takes its SKU from %s', (_name, change, settings, externalId, sku) => {
    expect(lineOf(change, settings, () => ({ product: { externalId, settings: {} } })).sku).toBe(sku);
  });

  it('is named as the account wants it, and never without a name', () => {
    expect(lineOf({}).name).toBe('Appointment card');
    expect(lineOf({}, { productNaming: 'item-name' }).name).toBe('Card for Dr Lindqvist');
    expect(lineOf({ itemName: ' ' }, { productNaming: 'item-name' }).name).toBe('Appointment card');
  });

  it.each<[string, Settings, Partial<OrderItem>, number, number]>([
    ['auto with whole cents', {}, { quantity: 4, price: '30.00' }, 4, 7.5],
    ['auto with fractions of cents', {}, { quantity: 250, price: '49.99' }, 1, 49.99],
    ['auto counts pieces, not boxes', {}, { quantity: 2, totalQuantity: 500, price: '50.00' }, 500, 0.1],
    ['lots', { quantityMode: 'lots' }, { quantity: 4, price: '30.00' }, 1, 30],
    ['pieces', { quantityMode: 'pieces' }, { quantity: 250, price: '49.99' }, 250, 0.2],
    ['free goods', {}, { quantity: 3, price: '0' }, 3, 0],
  ])('%s', (_name, settings, change, quantity, unitPrice) => {
    expect(lineOf(change, settings)).toMatchObject({ quantity, unitPrice });
  });

  it('as a lot tells the pieces after the options of the buyer', () => {
    expect(lineOf({ quantity: 250, price: '49.99', unitWeightGrams: 1.3 })).toMatchObject({
      options: [{ name: 'Paper' }, { name: 'Quantity', value: '250' }, { name: 'Print file 1' }],
      weight: { value: 325, units: 'grams' },
    });
  });

  it('takes mode, shelf and fulfilment SKU from the product settings', () => {
    const settings = { quantityMode: 'lots', warehouseLocation: 'B-12', fulfillmentSku: 'F-1' };
    expect(lineOf({}, {}, () => ({ product: { externalId: null, settings } }))).toMatchObject({ quantity: 1, warehouseLocation: 'B-12', fulfillmentSku: 'F-1' });
  });

  it('leaves the weight of the order out when one item has none', () => {
    expect(bodyOf({ items: [itemOf(1, { unitWeightGrams: 10 }), itemOf(2, { unitWeightGrams: 2.5 })] }).weight).toEqual({ value: 50, units: 'grams' });
    expect(bodyOf({ items: [itemOf(1, { unitWeightGrams: 10 }), itemOf(2)] }).weight).toBeUndefined();
  });
});

describe('shipping method', () => {
  const withMethod = (kind: 'integrated' | 'non-integrated' | 'pickup', integrationId?: string): OrderItem =>
    itemOf(1, { shippingMethod: { methodId: 'm-van', name: 'Own van', kind, ...(integrationId !== undefined && { integrationId }) } });

  it('sends the mapped codes with the wording of the storefront', () => {
    const shipping = { carrierCode: 'fedex', serviceCode: 'fedex_ground', packageCode: 'package', confirmation: 'signature' };
    expect(bodyOf({ items: [withMethod('non-integrated')], around: () => ({ shipping }) })).toMatchObject({ requestedShippingService: 'Own van', ...shipping });
  });

  it('goes by name when it is integrated', () => {
    const body = bodyOf({ items: [withMethod('integrated')] });
    expect(body.requestedShippingService).toBe('Own van');
    expect(body).not.toHaveProperty('carrierCode');
  });

  it('takes an integration id as the name of a service, or as both codes', () => {
    expect(bodyOf({ items: [withMethod('non-integrated', 'Local courier')] }).requestedShippingService).toBe('Local courier');
    expect(bodyOf({ items: [withMethod('non-integrated', 'fedex/fedex_2day')] })).toMatchObject({ requestedShippingService: 'Own van', carrierCode: 'fedex', serviceCode: 'fedex_2day' });
  });

  it('is refused by name when it is not integrated and neither mapped nor given an integration id', () => {
    expect(refusalOf({ items: [withMethod('non-integrated')] })).toMatchObject({ kind: 'rejected', code: 'mapping_missing', message: expect.stringContaining('"Own van"'), fields: [{ path: '/items/1/shippingMethod' }] });
  });
});

describe('several addresses', () => {
  const items = [
    itemOf(3, { shipTo: inland, price: '10.00', tax: '1.00', shipping: '4.00' }),
    itemOf(1, { price: '30.00', tax: '2.25', shipping: '6.00' }),
    itemOf(2, { shipTo: { ...harbour }, price: '20.00', tax: '0.75', shipping: '0.00' }),
  ];

  it('become one order each, numbered by their first item', () => {
    const [first, second] = bodiesOf({ items });
    const key = `hub-5eed0042-${orderId.replaceAll('-', '')}`;
    expect(first).toMatchObject({ orderNumber: 'SB-7301-1', orderKey: `${key}-1`, shipTo: { city: 'Portsend' }, items: [{ lineItemKey: 'SB-7301-1' }, { lineItemKey: 'SB-7301-2' }], advancedOptions: { customField2: 'SB-7301' } });
    expect(second).toMatchObject({ orderNumber: 'SB-7301-2', orderKey: `${key}-2`, shipTo: { city: 'Oakridge' }, items: [{ lineItemKey: 'SB-7301-3' }] });
    expect(second!.internalNotes).not.toContain('card-1.pdf');
  });

  it('are numbered the same whatever the order of the items', () => {
    expect(bodiesOf({ items: [...items].reverse() })).toEqual(bodiesOf({ items }));
  });

  it('share tax and shipping by their own items, and the rest so that nothing is lost', () => {
    const bodies = bodiesOf({ items, order: { totals: { subtotal: '60.00', shipping: '10.00', tax: '4.00', discount: '5.00', total: '69.00' } } });
    expect(bodies.map(({ taxAmount, shippingAmount, amountPaid }) => ({ taxAmount, shippingAmount, amountPaid }))).toEqual([
      { taxAmount: 3, shippingAmount: 6, amountPaid: 54.84 },
      { taxAmount: 1, shippingAmount: 4, amountPaid: 14.16 },
    ]);
    expect(bodies.map((body) => body.items.at(-1))).toEqual([
      { lineItemKey: 'SB-7301-discount', sku: null, name: 'Discount', quantity: 1, unitPrice: -4.16, adjustment: true },
      { lineItemKey: 'SB-7301-discount', sku: null, name: 'Discount', quantity: 1, unitPrice: -0.84, adjustment: true },
    ]);
  });

  it('are also made by two methods to one address, and refused over 100', () => {
    const express = itemOf(2, { shippingMethod: { methodId: 'm-air', name: 'Air', kind: 'integrated' } });
    expect(bodiesOf({ items: [itemOf(1), express] }).map((body) => body.requestedShippingService)).toEqual(['Ground', 'Air']);
    const many = (count: number): OrderItem[] => Array.from({ length: count }, (_, index) => itemOf(index + 1, { shipTo: { ...inland, street1: `${index} Mill Lane` } }));
    expect(bodiesOf({ items: many(100) })).toHaveLength(100);
    expect(refusalOf({ items: many(101) })).toMatchObject({ kind: 'rejected', code: 'validation' });
  });
});

describe('money', () => {
  /** What ShipStation makes of the body, in cents and exact. */
  const totalCents = (bodies: OrderBody[]): number => bodies.reduce((all, body) =>
    all + body.items.reduce((sum, line) => sum + line.quantity * Math.round(line.unitPrice * 100), 0) + Math.round(body.taxAmount * 100) + Math.round(body.shippingAmount * 100), 0);

  it('equals the totals of the order, cent by cent, for a thousand made-up orders in every quantity mode', () => {
    let seed = 20_260_211;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const money = (below: number): string => (random(below) / 100).toFixed(2);
    for (let round = 0; round < 1000; round += 1) {
      const items = Array.from({ length: 1 + random(5) }, (_, index) =>
        itemOf(index + 1, { quantity: 1 + random(1000), price: money(100_000), tax: money(5_000), shipping: money(3_000), shipTo: { ...inland, street1: `${random(3)} Mill Lane` } }));
      const cents = (member: 'price' | 'tax' | 'shipping'): number => items.reduce((sum, item) => sum + Math.round(Number(item[member]) * 100), 0);
      const discount = random(2) === 0 ? 0 : random(cents('price') + 1);
      const tax = cents('tax') + random(3);
      const shipping = cents('shipping') + random(3);
      const total = cents('price') + tax + shipping - discount;
      const text = (value: number): string => (value / 100).toFixed(2);
      const totals = { subtotal: text(cents('price')), tax: text(tax), shipping: text(shipping), discount: text(discount), total: text(total) };
      const bodies = bodiesOf({ items, order: { totals } }, { quantityMode: ['auto', 'pieces', 'lots'][round % 3] });
      const summed = (member: 'amountPaid' | 'taxAmount' | 'shippingAmount'): string => text(bodies.reduce((sum, body) => sum + Math.round(body[member] * 100), 0));
      expect({ total: text(totalCents(bodies)), paid: summed('amountPaid'), tax: summed('taxAmount'), shipping: summed('shippingAmount') })
        .toEqual({ total: totals.total, paid: totals.total, tax: totals.tax, shipping: totals.shipping });
    }
  });

  it('of denied items stays behind when the subtotal still counts them', () => {
    const items = [itemOf(1, { price: '30.00', tax: '3.00', shipping: '6.00' }), itemOf(2, { approval: 'denied', price: '10.00', tax: '1.00', shipping: '2.00' })];
    expect(bodyOf({ items })).toMatchObject({ taxAmount: 3, shippingAmount: 6, amountPaid: 39 });
    expect(bodyOf({ items, order: { totals: { subtotal: '30.00', shipping: '8.00', tax: '3.00', discount: '0', total: '41.00' } } })).toMatchObject({ taxAmount: 3, shippingAmount: 8, amountPaid: 41 });
  });

  it('of an unpaid order is not called paid', () => {
    expect(bodyOf({ order: { isPaid: false } }).amountPaid).toBe(0);
  });

  it('makes up for rounded unit prices with an adjustment line', () => {
    expect(bodyOf({ items: [itemOf(1, { quantity: 250, price: '49.99' })] }, { quantityMode: 'pieces' }).items.at(-1))
      .toEqual({ lineItemKey: 'SB-7301-rounding', sku: null, name: 'Rounding of unit prices', quantity: 1, unitPrice: -0.01, adjustment: true });
  });
});
