import type { RegistryAccount } from '@pes/contracts';

export interface CheckOutcome {
  ok: boolean;
  code: string | null;
  /** The credential or setting that is wrong, where the provider tells. */
  field: string | null;
  message: string;
  checkedAt: string;
}

/** An account as it may be shown: without its credentials. */
export interface Account {
  accountId: string;
  subscriberId: string;
  provider: string;
  name: string;
  adminUser: string | null;
  state: RegistryAccount['state'];
  referencePrefix: string;
  /** Orders have been queued or sent with the prefix. */
  prefixFixed: boolean;
  settings: Record<string, unknown>;
  hookCreatedAt: Date | null;
  lastCheck: CheckOutcome | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** With what only connectors can open. */
export interface SealedAccount extends Account {
  sealedCredentials: string;
  keyId: string;
  credentialKey: string;
}

/** For answers: nothing sealed, nothing that says whose credentials are alike. */
export function shownAccount({ accountId, provider, name, adminUser, state, referencePrefix, prefixFixed, settings, hookCreatedAt, lastCheck, version, createdAt, updatedAt }: Account): object {
  return { accountId, provider, name, adminUser, state, referencePrefix, prefixFixed, settings, hookCreatedAt, lastCheck, version, createdAt, updatedAt };
}
