import { groupBy } from '@pes/kernel';
import { deriveProviderKeys, rewrap, type KeyRing, type ProviderKey } from '@pes/secrets';
import { inTransaction, type PoolClient } from '@pes/store';
import type { Api } from '../api.ts';
import { rewrapAccount, staleAccounts } from '../data-access/accounts.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { findSecret, replaceSecret } from '../data-access/gateway-secret.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import type { SealedAccount } from '../domain/account.ts';
import { secretName, secretOwner } from '../fingerprint.ts';
import { accountMessage } from '../registry-messages.ts';

export interface Rotation {
  /** The key that seals now. */
  keyId: string;
  rewrapped: number;
  /** Accounts that none of the master keys opens; their credentials have to be entered again. */
  unreadable: string[];
}

const batchSize = 200;
const beforeAll = '00000000-0000-0000-0000-000000000000';

type KeysOf = (provider: string) => KeyRing<ProviderKey>;

function memoised(api: Api): KeysOf {
  const known = new Map<string, KeyRing<ProviderKey>>();
  return (provider) => {
    const keys = known.get(provider) ?? deriveProviderKeys(api.masters, provider);
    known.set(provider, keys);
    return keys;
  };
}

/** One transaction. Subscribers in one order, so that two rotations cannot wait for one another. */
async function rewrapBatch(client: PoolClient, accounts: readonly SealedAccount[], keysOf: KeysOf): Promise<Pick<Rotation, 'rewrapped' | 'unreadable'>> {
  const done: SealedAccount[] = [];
  const unreadable: string[] = [];
  for (const [subscriberId, owned] of [...groupBy(accounts, (account) => account.subscriberId)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const version = await nextVersion(client, subscriberId);
    for (const account of owned) {
      const keys = keysOf(account.provider);
      const sealed = rewrap(keys, account.sealedCredentials, account);
      if (!sealed.ok) unreadable.push(account.accountId);
      else done.push(...[await rewrapAccount(client, account.accountId, { from: account.sealedCredentials, to: sealed.value, keyId: keys[0].keyId, version })].filter((changed) => changed !== undefined));
    }
  }
  await addToOutbox(client, done.map(accountMessage));
  return { rewrapped: done.length, unreadable };
}

async function rewrapOwnSecret({ db, masters }: Api): Promise<void> {
  const keys = deriveProviderKeys(masters, secretOwner.provider);
  const sealed = await findSecret(db, secretName);
  const renewed = rewrap(keys, sealed, secretOwner);
  if (renewed.ok && renewed.value !== sealed) await replaceSecret(db, secretName, { old: sealed, new: renewed.value });
}

/**
 * Puts the credentials of all accounts under the first master key, while everything runs: connectors hold the old keys as well until
 * nothing needs them. What was done stays done when it is interrupted; running it again goes on.
 */
export async function rotateKeys(api: Api, actor: string): Promise<Rotation> {
  const [{ keyId }] = api.masters;
  const rotation: Rotation = { keyId, rewrapped: 0, unreadable: [] };
  const keysOf = memoised(api);
  await rewrapOwnSecret(api);
  for (let after = beforeAll; ;) {
    const accounts = await staleAccounts(api.db, keyId, after, batchSize);
    const last = accounts.at(-1);
    if (last === undefined) break;
    after = last.accountId;
    const { rewrapped, unreadable } = await inTransaction(api.db, (client) => rewrapBatch(client, accounts, keysOf));
    rotation.rewrapped += rewrapped;
    rotation.unreadable.push(...unreadable);
    api.wakeOutbox();
  }
  if (rotation.rewrapped > 0) {
    await writeAudit(api.db, [{ subscriberId: null, actor, action: 'keys.rotate', targetKind: 'key', targetId: keyId, detail: { rewrapped: rotation.rewrapped, unreadable: rotation.unreadable.length } }]);
  }
  return rotation;
}
