import { eventTypes, subjects, type RegistryAccount, type RegistryActivation, type RegistryEntity, type RegistrySite } from '@pes/contracts';
import type { OutMessage } from '@pes/messaging';
import { seal, type ProviderKey } from '@pes/secrets';
import { accounts, activations, type Account, type Settings } from './accounts.ts';
import { productSettings } from './product-settings.ts';
import { sites, subscriberId } from './sites.ts';

/** Base addresses of the simulators. */
export interface SimulatorUrls {
  shipStation: string;
  siteFlow: string;
  /** Host of the asynchronous submission. */
  siteFlowSubmit: string;
}

export interface SeedOptions {
  urls: SimulatorUrls;
  /** Grows when anything in the seed differs from what was published before. */
  version: number;
  providerKey(provider: string): ProviderKey;
}

/** The demo subscriber as the registry would announce it. */
export function registryEvents({ urls, version, providerKey }: SeedOptions): OutMessage[] {
  const message = (subject: string, type: string, data: object): OutMessage => ({ subject, type, id: `${subject}:${version}`, source: 'standalone', data });
  return [
    ...Object.values(sites).map(({ siteId, name, invalidItemPolicy }) => {
      const site: RegistrySite = { subscriberId, siteId, name, invalidItemPolicy, version };
      return message(subjects.registrySite(subscriberId, siteId), eventTypes.registrySite, site);
    }),
    ...Object.values(accounts).map((account) => {
      const { accountId, provider, name, referencePrefix, credentials } = account;
      const sealedCredentials = seal(providerKey(provider), credentials, { subscriberId, provider, accountId });
      const event: RegistryAccount = {
        accountId, subscriberId, provider, name, state: 'active', referencePrefix, settings: { ...account.settings, ...addressesOf(account, urls) }, sealedCredentials, version,
      };
      return message(subjects.registryAccount(subscriberId, accountId), eventTypes.registryAccount, event);
    }),
    ...activations.map(({ site: { siteId }, account: { accountId }, live, settings }) => {
      const event: RegistryActivation = { subscriberId, siteId, accountId, enabled: true, live, settings, version };
      return message(subjects.registryActivation(subscriberId, siteId, accountId), eventTypes.registryActivation, event);
    }),
    ...productSettings.map(({ account: { accountId }, product: { productId }, externalId, settings }) => {
      const event: RegistryEntity = { subscriberId, accountId, kind: 'product', entityId: productId, externalId, active: true, settings, version };
      return message(subjects.registryEntity(subscriberId, accountId, 'product', productId), eventTypes.registryEntity, event);
    }),
  ];
}

function addressesOf({ provider, settings }: Account, urls: SimulatorUrls): Settings {
  if (provider === 'shipstation') return { baseUrl: urls.shipStation };
  // The PrintOS gateway serves everything below /siteflow.
  if (settings['flavour'] === 'printos') return { apiBaseUrl: `${urls.siteFlow}/siteflow` };
  return { apiBaseUrl: urls.siteFlow, submitBaseUrl: urls.siteFlowSubmit };
}
