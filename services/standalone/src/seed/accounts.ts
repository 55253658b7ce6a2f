import { sites, type Site } from './sites.ts';
import { stableId } from './stable-id.ts';

export type Provider = 'shipstation' | 'hp-site-flow';
export type Settings = Record<string, unknown>;

/** A provider account of the demo subscriber. */
export interface Account {
  accountId: string;
  provider: Provider;
  name: string;
  referencePrefix: string;
  /** The simulator of the provider knows the same ones. */
  credentials: Record<string, string>;
  /** Without the addresses, which are known once the simulators run. */
  settings: Settings;
}

function account(facts: Omit<Account, 'accountId'>): Account {
  return { ...facts, accountId: stableId('account', facts.name) };
}

/** High enough that a demo does not wait for the providers' real limits. */
const requestsPerMinute = 60_000;
const requestsPerSecond = 1000;

function shipStation(name: string, referencePrefix: string, key: string): Account {
  return account({
    provider: 'shipstation', name, referencePrefix,
    credentials: { apiKey: `demo-key-${key}`, apiSecret: `demo-secret-${key}` },
    settings: { requestsPerMinute },
  });
}

function siteFlow(name: string, referencePrefix: string, facts: { token: string; settings: Settings }): Account {
  return account({
    provider: 'hp-site-flow', name, referencePrefix,
    credentials: { apiToken: facts.token, apiSecret: `demo-secret-${facts.token}` },
    settings: { requestsPerSecond, defaultCarrier: { alias: 'ground' }, ...facts.settings },
  });
}

export const accounts = {
  warehouse: shipStation('ShipStation main warehouse', 'HD-', 'main'),
  east: shipStation('ShipStation east coast', 'QE-', 'east'),
  west: shipStation('ShipStation west coast', 'QW-', 'west'),
  press: siteFlow('Site Flow press room', 'HP-', {
    token: '700000000001',
    settings: { flavour: 'oneflow', destinationAccount: 'demo.pressroom', componentCodes: { 'BOOK-A5-PB': ['text', 'cover'] } },
  }),
  bindery: siteFlow('Site Flow bindery (PrintOS)', 'KB-', {
    token: 'demo-printos-key',
    settings: { flavour: 'printos', destinationAccount: 'demo.bindery' },
  }),
} as const;

/** Which account serves which site, whether orders flow, and the settings of the two together. */
export interface Activation {
  site: Site;
  account: Account;
  live: boolean;
  settings: Settings;
}

const shippingMaps: Readonly<Record<Provider, Settings>> = {
  shipstation: {
    Ground: { carrierCode: 'ups_walleted', serviceCode: 'ups_ground' },
    'two-day': { carrierCode: 'ups_walleted', serviceCode: 'ups_2nd_day_air', confirmation: 'signature' },
    pickup: { requestedShippingService: 'Counter' },
  },
  'hp-site-flow': {
    Ground: { alias: 'ground' },
    'two-day': { alias: 'express' },
    'own-van': { code: 'customer', service: 'shipping' },
    pickup: { code: 'customer', service: 'pickup' },
  },
};

function activation(site: Site, served: Account, live: boolean): Activation {
  return { site, account: served, live, settings: { shippingMethods: shippingMaps[served.provider] } };
}

export const activations: readonly Activation[] = [
  activation(sites.dental, accounts.warehouse, true),
  activation(sites.dental, accounts.press, true),
  activation(sites.cards, accounts.east, true),
  activation(sites.cards, accounts.west, true),
  activation(sites.books, accounts.bindery, true),
  activation(sites.soon, accounts.warehouse, false),
  activation(sites.soon, accounts.press, false),
];
