import type { ConnectorManifest } from '@pes/connector-sdk';
import { pushMany } from './push-many.ts';
import { accountSettings, credentials, productSettings, siteSettings } from './settings-schemas.ts';

export const manifest: ConnectorManifest = {
  provider: 'shipstation',
  displayName: 'ShipStation',
  version: '0.1.0',
  experimental: false,
  // What this version does; the V1 API itself can also report status and cancel.
  capabilities: { push: true, lookup: true, status: false, automaticStatus: false, products: false, categories: false, cancel: false },
  idempotency: 'key',
  visibilityDelayMs: 0,
  // ShipStation allows 40 a minute for each key, shared by everything that uses the key; the rest is left to the others.
  rateLimit: { requests: 30, perSeconds: 60, requestsPerPush: 1, ordersPerRequest: pushMany.maxOrders, accountSetting: 'requestsPerMinute' },
  maxInFlight: 100,
  ordersPerMessage: 50,
  callTimeoutMs: 20_000,
  reference: { maxLength: 50, allowed: '[A-Za-z0-9-]', itemSeparator: '-' },
  mappings: [
    {
      entity: 'product',
      label: 'ShipStation SKU',
      required: false,
      fallback: 'integration-id',
      fix: 'Open the product, Embedded Services tab, and enter the SKU of the ShipStation product.',
    },
    {
      // Not required: integrated methods work by name. The connector refuses a non-integrated one that has neither this nor an Integration ID.
      entity: 'shipping-method',
      label: 'ShipStation service',
      required: false,
      siteSetting: 'shippingMethods',
      fix: 'Open the site, Embedded Services tab, and map the shipping method to a ShipStation carrier and service.',
    },
  ],
  schemas: { credentials, accountSettings, siteSettings, productSettings, categorySettings: {}, userSettings: {} },
  statuses: [
    { raw: 'awaiting_payment', neutral: 'received', terminal: false },
    { raw: 'awaiting_shipment', neutral: 'ready-to-ship', terminal: false },
    { raw: 'pending_fulfillment', neutral: 'in-production', terminal: false },
    { raw: 'processing', neutral: 'in-production', terminal: false },
    { raw: 'on_hold', neutral: 'on-hold', terminal: false },
    { raw: 'shipped', neutral: 'shipped', terminal: true },
    { raw: 'cancelled', neutral: 'cancelled', terminal: true },
    { raw: 'rejected_fulfillment', neutral: 'error', terminal: false },
  ],
  inbound: 'hook',
};
