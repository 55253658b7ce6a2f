import { describe, expect, it } from '@jest/globals';
import { fanOut } from '../src/domain/fan-out.ts';
import { preflight } from '../src/domain/preflight.ts';
import { aContext, aDecision, aManifest, anAccount, anActivation, anItem, anOrder, ids } from './order-fixture.ts';

const product = { entity: 'product' as const, label: 'Acme SKU', required: true, fallback: 'integration-id' as const, fix: 'Open the product, Embedded Services tab.' };
const shipping = { entity: 'shipping-method' as const, label: 'carrier', required: true, siteSetting: 'shippingMethods', accountFallback: 'defaultCarrier', fix: 'Open the site.' };
const user = { entity: 'user' as const, label: 'Acme customer number', required: true, mustBeActive: true, fix: 'Open the user, Embedded Services tab.' };
const manifests = (...mappings: Array<typeof product | typeof shipping | typeof user>) => new Map([['acme-press', aManifest({ mappings })]]);

describe('fanOut', () => {
  it('makes one push for each account that is enabled and live', () => {
    const accounts = [anAccount(), anAccount({ accountId: ids.accountB, name: 'Acme West', referencePrefix: 'AW-' })];
    const activations = [anActivation(), anActivation({ accountId: ids.accountB })];
    expect(fanOut(aDecision(), aContext({ accounts, activations }), manifests())).toMatchObject({
      kind: 'pushes', pushes: [{ accountId: ids.accountA, reference: 'AE-501', state: 'queued' }, { accountId: ids.accountB, reference: 'AW-501', state: 'queued' }],
    });
  });

  it.each([
    ['the account is enabled but not live', { activations: [anActivation({ live: false })] }, 'site_not_live'],
    ['the account is live but not enabled', { activations: [anActivation({ enabled: false })] }, 'site_not_live'],
    ['the account is deleted', { accounts: [anAccount({ state: 'deleted' })] }, 'site_not_live'],
    ['the account belongs to another subscriber', { accounts: [anAccount({ subscriberId: ids.user })] }, 'site_not_live'],
    ['the site is unknown', { activations: [] }, 'site_unknown'],
  ])('says so when %s', (_when, parts, code) => {
    expect(fanOut(aDecision(), aContext(parts), manifests())).toMatchObject({ kind: 'no-target', code, message: expect.stringContaining('Leaflet Shop') });
  });

  it('waits with a sentence that says what to fix when a mapping is missing', () => {
    const order = anOrder({ items: [withoutIntegrationId()] });
    expect(fanOut(aDecision({ order }), aContext(), manifests(product))).toMatchObject({
      pushes: [{ state: 'waiting-mapping', code: 'mapping_missing', waitingFor: [ids.product], message: 'Not sent: product Folded leaflet has no Acme SKU. Open the product, Embedded Services tab.' }],
    });
  });

  it('refuses a reference that the provider would not take', () => {
    const tooShort = new Map([['acme-press', aManifest({ reference: { maxLength: 7, allowed: '[A-Z0-9-]', itemSeparator: '-' } })]]);
    expect(fanOut(aDecision(), aContext(), tooShort)).toMatchObject({ pushes: [{ state: 'rejected', code: 'reference_invalid', message: expect.stringContaining('AE-501-1') }] });
  });

  it('queues for a connector that has not started yet', () => {
    expect(fanOut(aDecision(), aContext(), new Map())).toMatchObject({ pushes: [{ state: 'queued', code: 'manifest_missing' }] });
  });
});

function withoutIntegrationId() {
  const { integrationId: _none, ...item } = anItem();
  return item;
}

describe('preflight', () => {
  const target = (mappings: Array<typeof product | typeof shipping | typeof user>, parts: { settings?: Record<string, unknown>; siteSettings?: Record<string, unknown> } = {}) => ({
    account: anAccount({ settings: parts.settings ?? {} }), activation: anActivation({ settings: parts.siteSettings ?? {} }), manifest: aManifest({ mappings }),
  });
  const setting = (kind: 'product' | 'user', entityId: string, externalId: string | null, active = true) =>
    ({ accountId: ids.accountA, kind, entityId, externalId, active, settings: { colour: 'full' } });

  it('takes the External ID before the Integration ID', () => {
    const context = aContext({ entities: [setting('product', ids.product, 'EXT-9')] });
    const result = preflight(anOrder({ items: [anItem({ integrationId: 'INT-1' })] }), [1], target([product]), context);
    expect(result).toMatchObject({ ok: true, push: { reference: 'AE-501', items: [{ reference: 'AE-501-1', product: { externalId: 'EXT-9', settings: { colour: 'full' } } }] } });
  });

  it('falls back to the Integration ID', () => {
    expect(preflight(anOrder({ items: [anItem({ integrationId: 'INT-1' })] }), [1], target([product]), aContext())).toMatchObject({ push: { items: [{ product: { externalId: 'INT-1' } }] } });
  });

  it('prepares only the items to send', () => {
    const order = anOrder({ items: [anItem({ itemNumber: 1, approval: 'denied' }), anItem({ itemNumber: 2 })] });
    const result = preflight(order, [2], target([]), aContext());
    expect(result.ok && result.push.items.map((item) => item.itemNumber)).toEqual([2]);
  });

  it('leaves out children of a kit with quantity 0', () => {
    const kitItems = [{ productId: ids.product, productName: 'Insert', quantity: 0 }, { productId: ids.product, productName: 'Cover', quantity: 2 }];
    const result = preflight(anOrder({ items: [anItem({ kitItems })] }), [1], target([]), aContext());
    expect(result.ok && result.push.items[0]?.item?.kitItems).toEqual([kitItems[1]]);
  });

  it.each([
    ['by its id', { ground: { alias: 'g' } }],
    ['by its name, whatever the case', { GROUND: { alias: 'g' } }],
  ])('finds the shipping method %s', (_how, map) => {
    const order = anOrder({ items: [anItem({ shippingMethod: { methodId: 'ground', name: 'Ground', kind: 'integrated' } })] });
    expect(preflight(order, [1], target([shipping], { siteSettings: { shippingMethods: map } }), aContext())).toMatchObject({ push: { items: [{ shipping: { alias: 'g' } }] } });
  });

  it('takes the account fallback for a shipping method without a mapping', () => {
    expect(preflight(anOrder(), [1], target([shipping], { settings: { defaultCarrier: { alias: 'any' } } }), aContext())).toMatchObject({ push: { items: [{ shipping: { alias: 'any' } }] } });
  });

  it('names the shipping method when neither is there', () => {
    expect(preflight(anOrder(), [1], target([shipping]), aContext())).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('shipping method Ground has no carrier') }] });
  });

  it('names the site user who has no External ID', () => {
    expect(preflight(anOrder(), [1], target([user]), aContext())).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('site user Kim Ledger has no Acme customer number'), entityId: ids.user }] });
  });

  it('names the site user who is not active', () => {
    const context = aContext({ entities: [setting('user', ids.user, 'C-1', false)] });
    expect(preflight(anOrder(), [1], target([user]), context)).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('Kim Ledger is not active') }] });
  });
});
