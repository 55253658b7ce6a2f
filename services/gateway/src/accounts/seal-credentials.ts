import { ok } from '@pes/kernel';
import { deriveProviderKeys, seal } from '@pes/secrets';
import type { Api } from '../api.ts';
import type { SealedAccount } from '../domain/account.ts';
import { refuseFields, type Answer } from '../domain/refusal.ts';

type Owner = Pick<SealedAccount, 'subscriberId' | 'provider' | 'accountId'>;

/** As messages carry them. */
const maxSealed = 20_000;

/** Seals before anything is stored or sent. `credentialKey` is equal for equal credentials of one provider, so that accounts with one key share its rate. */
export function sealCredentials({ masters, fingerprint }: Pick<Api, 'masters' | 'fingerprint'>, owner: Owner, credentials: Record<string, unknown>):
Answer<Pick<SealedAccount, 'sealedCredentials' | 'keyId' | 'credentialKey'>> {
  const [key] = deriveProviderKeys(masters, owner.provider);
  const sealedCredentials = seal(key, credentials, owner);
  if (sealedCredentials.length > maxSealed) return refuseFields([{ field: 'body.credentials', message: 'is too large: all of it together may have some 14,000 characters' }]);
  return ok({ sealedCredentials, keyId: key.keyId, credentialKey: fingerprint(`credentials of ${owner.provider}`, credentials) });
}
