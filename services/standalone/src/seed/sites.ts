import type { RegistrySite } from '@pes/contracts';
import { stableId } from './stable-id.ts';

export const subscriberId = stableId('subscriber', 'demo print company');

/** A storefront of the demo subscriber. */
export interface Site {
  siteId: string;
  name: string;
  domain: string;
  /** b2c items need no approval. */
  type: 'b2b' | 'b2c';
  currency: string;
  invalidItemPolicy: RegistrySite['invalidItemPolicy'];
}

function site(facts: Omit<Site, 'siteId'>): Site {
  return { ...facts, siteId: stableId('site', facts.domain) };
}

export const sites = {
  /** ShipStation and Site Flow, so that one order goes to two providers. */
  dental: site({ name: 'Harbor Dental Supplies', domain: 'harbor-dental.example.com', type: 'b2b', currency: 'USD', invalidItemPolicy: 'block-order' }),
  /** Two accounts of ShipStation. */
  cards: site({ name: 'Quick Cards & Co.', domain: 'quickcards.example.com', type: 'b2c', currency: 'USD', invalidItemPolicy: 'block-order' }),
  /** Site Flow only; leaves cancelled items out instead of holding the order back. */
  books: site({ name: 'Kleine Bücherei', domain: 'buecherei.example.org', type: 'b2b', currency: 'EUR', invalidItemPolicy: 'skip-item' }),
  /** Enabled, not live. */
  soon: site({ name: 'Opening Soon Prints', domain: 'soon.example.com', type: 'b2b', currency: 'USD', invalidItemPolicy: 'block-order' }),
} as const;
