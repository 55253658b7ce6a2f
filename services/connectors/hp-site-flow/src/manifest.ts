import type { ConnectorManifest } from '@pes/contracts';
import { forms } from './forms.ts';

/** How long an acknowledged order may stay invisible: submissions are checked after the answer (Site Flow docs, order submission). */
export const visibilityDelayMs = 15 * 60_000;

export const manifest: ConnectorManifest = {
  provider: 'hp-site-flow',
  displayName: 'HP Site Flow',
  version: '0.1.0',
  experimental: false,
  capabilities: { push: true, lookup: true, status: false, automaticStatus: false, products: false, categories: false, cancel: false },
  idempotency: 'natural-key',
  visibilityDelayMs,
  // The limit of the submit host is not published; the management host allows 50 a second. One push: look up, validate, submit, confirm.
  rateLimit: { requests: 5, perSeconds: 1, requestsPerPush: 4, accountSetting: 'requestsPerSecond' },
  maxInFlight: 50,
  ordersPerMessage: 20,
  callTimeoutMs: 15_000,
  reference: { maxLength: 25, allowed: '[A-Za-z0-9_-]', itemSeparator: '-' },
  mappings: [
    { entity: 'product', label: 'Site Flow SKU', required: true, fallback: 'integration-id', fix: 'Open the product, Embedded Services tab.' },
    {
      entity: 'shipping-method', label: 'Site Flow carrier', required: true, siteSetting: 'shippingMethods', accountFallback: 'defaultCarrier',
      fix: 'Open the site, Embedded Services, Shipping methods, or set the non-integrated shipping name of the account.',
    },
  ],
  schemas: forms,
  statuses: [
    { raw: 'pending', neutral: 'received', terminal: false },
    { raw: 'dataready', neutral: 'received', terminal: false },
    { raw: 'printready', neutral: 'in-production', terminal: false },
    { raw: 'printed', neutral: 'in-production', terminal: false },
    { raw: 'complete', neutral: 'ready-to-ship', terminal: false },
    { raw: 'onhold', neutral: 'on-hold', terminal: false },
    { raw: 'error', neutral: 'error', terminal: false },
    { raw: 'shipped', neutral: 'shipped', terminal: true },
    { raw: 'cancelled', neutral: 'cancelled', terminal: true },
  ],
  inbound: 'none',
};
