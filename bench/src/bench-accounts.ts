import { eventTypes, subjects, type RegistryAccount, type RegistryActivation, type RegistrySite } from '@pes/contracts';
import type { OutMessage } from '@pes/messaging';
import { seal, type ProviderKey } from '@pes/secrets';

/** Eight shops with one ShipStation account each, which is about what one busy subscriber runs. */
export const accountCount = 8;
export const subscriberId = 'be7c0000-0000-7000-8000-000000000000';

const uuid = (kind: string, n: number): string => `be7c0000-0000-7000-8000-${kind}${String(n).padStart(12 - kind.length, '0')}`;
export const siteId = (n: number): string => uuid('51', n);
export const accountId = (n: number): string => uuid('ac', n);
export const referencePrefix = (n: number): string => `B${n}-`;

const provider = 'shipstation';
// The provider's real limit is 40 requests a minute; here the software is measured, not the limit.
const requestsPerMinute = 100_000_000;
const credentials = (n: number): Record<string, string> => ({ apiKey: `bench-key-${n}`, apiSecret: `bench-secret-${n}` });

/** What the simulator must know. */
export function simulatorConfig(count = accountCount): object {
  return { accounts: Array.from({ length: count }, (_, n) => ({ ...credentials(n), name: accountId(n), requestsPerMinute })) };
}

export interface BenchAccounts {
  count?: number;
  /** Where the provider of an account is. */
  baseUrlOf(n: number): string;
  key: ProviderKey;
}

export function registryEvents({ count = accountCount, baseUrlOf, key }: BenchAccounts): OutMessage[] {
  const version = 1;
  const event = (subject: string, type: string, data: object): OutMessage => ({ subject, type, id: `${subject}:${Date.now()}`, source: 'bench', data });
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => {
    const owner = { subscriberId, provider, accountId: accountId(n) };
    const site: RegistrySite = { subscriberId, siteId: siteId(n), name: `Bench ${n}`, invalidItemPolicy: 'block-order', version };
    const account: RegistryAccount = {
      ...owner, name: `Bench ${n}`, state: 'active', referencePrefix: referencePrefix(n), settings: { baseUrl: baseUrlOf(n), requestsPerMinute },
      sealedCredentials: seal(key, credentials(n), owner), version,
    };
    const activation: RegistryActivation = { subscriberId, siteId: siteId(n), accountId: accountId(n), enabled: true, live: true, settings: {}, version };
    return [
      event(subjects.registrySite(subscriberId, siteId(n)), eventTypes.registrySite, site),
      event(subjects.registryAccount(subscriberId, accountId(n)), eventTypes.registryAccount, account),
      event(subjects.registryActivation(subscriberId, siteId(n), accountId(n)), eventTypes.registryActivation, activation),
    ];
  });
}
