import { fail, ok, type Result } from '@pes/kernel';
import { open, type CredentialOwner, type OpenFailure, type ProviderKey } from '@pes/secrets';
import type { Settings } from './connector.ts';
import { createLruMap } from './lru-map.ts';
import { createRedactor, type Redact } from './redact.ts';

export interface OpenedCredentials {
  credentials: Settings;
  /** Masks them wherever they appear. */
  redact: Redact;
}

export type CredentialOpener = (sealed: string, owner: CredentialOwner) => Result<OpenedCredentials, OpenFailure>;

/** Opens sealed credentials and keeps the latest ones open, since nearly every message brings the same again. Failures are not kept. */
export function createCredentialOpener(keys: readonly ProviderKey[], options: { personal: boolean; maxEntries?: number }): CredentialOpener {
  const opened = createLruMap<string, OpenedCredentials>(options.maxEntries ?? 1_000);
  return (sealed, owner) => {
    const key = `${owner.subscriberId} ${owner.provider} ${owner.accountId} ${sealed}`;
    const known = opened.get(key);
    if (known !== undefined) return ok(known);
    const credentials = open(keys, sealed, owner);
    if (!credentials.ok) return fail(credentials.error);
    const fresh = { credentials: credentials.value, redact: createRedactor({ credentials: credentials.value, personal: options.personal }) };
    opened.set(key, fresh);
    return ok(fresh);
  };
}
