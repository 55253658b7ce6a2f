import type { ConnectorManifest, PushWork, PushWorkItem } from '@pes/contracts';
import { newId } from '@pes/kernel';
import type { Connector, LookupResult, PushOutcome } from '../src/connector.ts';

export const subscriberId = '0190c0de-0000-7000-8000-0000000000aa';
export const accountId = '0190c0de-0000-7000-8000-0000000000bb';

const toyManifest: ConnectorManifest = {
  provider: 'toy', displayName: 'Toy', version: '0.1.0', experimental: true,
  capabilities: { push: true, lookup: true, status: false, automaticStatus: false, products: false, categories: false, cancel: false },
  idempotency: 'lookup', visibilityDelayMs: 0,
  rateLimit: { requests: 1000, perSeconds: 1, requestsPerPush: 1 }, maxInFlight: 100, ordersPerMessage: 50, callTimeoutMs: 5_000,
  reference: { maxLength: 50, allowed: '[A-Za-z0-9-]', itemSeparator: '-' }, mappings: [],
  schemas: { credentials: {}, accountSettings: {}, siteSettings: {}, productSettings: {}, categorySettings: {}, userSettings: {} },
  statuses: [], inbound: 'none',
};

export interface ToyOptions {
  manifest?: Partial<ConnectorManifest>;
  push?: Connector['push'];
  lookup?: Connector['lookup'] | null;
  check?: Connector['check'];
  readRate?: NonNullable<Connector['readRate']>;
}

/** A connector whose functions a test provides; without them it accepts everything and finds nothing. */
export function toyConnector({ manifest = {}, push, lookup, check, readRate }: ToyOptions = {}): Connector {
  const accept = async (): Promise<PushOutcome> => ({ kind: 'accepted', providerRef: 'new' });
  const absent = async (): Promise<LookupResult> => ({ kind: 'absent' });
  const capabilities = { ...toyManifest.capabilities, lookup: lookup !== null };
  return {
    manifest: { ...toyManifest, capabilities, ...manifest },
    check: check ?? (async () => ({ ok: true, message: 'fine' })),
    push: push ?? accept,
    ...(lookup !== null && { lookup: lookup ?? absent }),
    ...(readRate && { readRate }),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** One claimed order, as dispatch would hand it out at `nowMs`. */
export function workItem(nowMs: number, change: Partial<PushWorkItem> = {}, reference = 'PR-1'): PushWorkItem {
  const address = { name: 'Kim Test', street1: '2 Sample Road', city: 'Testville', postalCode: '00001', country: 'US' };
  const item = {
    itemId: newId(), itemNumber: 1, productId: newId(), productName: 'Flyer', quantity: 100, price: '10.00', approval: 'approved' as const,
    status: { state: 'active' as const }, files: [], shipTo: address, shippingMethod: { methodId: newId(), name: 'Ground', kind: 'integrated' as const },
  };
  const mapped = { externalId: null, settings: {} };
  return {
    pushId: newId(), fence: 1, attempt: 1, mode: 'send', claimedAt: iso(nowMs), leaseUntil: iso(nowMs + 60_000), firstSentAt: null, providerRef: null,
    push: {
      reference, siteSettings: {}, user: mapped, items: [{ itemNumber: 1, reference: `${reference}-1`, item, product: mapped, shipping: null }],
      order: {
        orderId: newId(), orderNumber: 1, version: 1, subscriberId, siteId: newId(), siteName: 'Test Shop', siteType: 'b2b', placedAt: iso(nowMs), updatedAt: iso(nowMs),
        currency: 'USD', isPaid: true, customer: { userId: newId(), firstName: 'Kim', lastName: 'Test', email: 'kim@example.com' }, billTo: address,
        totals: { subtotal: '10.00', shipping: '0', tax: '0', discount: '0', total: '10.00' }, items: [item],
      },
    },
    ...change,
  };
}

export function pushWork(orders: PushWorkItem[], sealedCredentials: string, provider = 'toy'): PushWork {
  return { provider, account: { accountId, subscriberId, name: 'Toy account', settings: {}, sealedCredentials, version: 1 }, orders };
}
