import { select, type Queryable } from '@pes/store';
import type { SealedAccount } from '../domain/account.ts';

export type HookAccount = Pick<SealedAccount, 'accountId' | 'subscriberId' | 'provider' | 'settings' | 'sealedCredentials' | 'version'> & { tokenHash: string | null };

const findStatement = {
  name: 'gateway-find-hook',
  text: `select account_id as "accountId", subscriber_id as "subscriberId", provider, settings, sealed_credentials as "sealedCredentials", version, hook_token_hash as "tokenHash"
    from account where account_id = $1 and provider = $2 and state <> 'deleted'`,
};

/** Not bound to a subscriber: the caller is a provider, and the token decides. */
export async function findHook(db: Queryable, provider: string, accountId: string): Promise<HookAccount | undefined> {
  return (await select<HookAccount>(db, findStatement, [accountId, provider]))[0];
}

const setStatement = {
  name: 'gateway-set-hook-token',
  text: `update account set hook_token_hash = $3, hook_created_at = case when $3::text is not null then now() end
    where account_id = $2 and subscriber_id = $1 and state <> 'deleted' returning provider, hook_created_at as "createdAt"`,
};

/** Null takes the token away. Undefined when there is no such account. */
export async function setHookToken(db: Queryable, subscriberId: string, accountId: string, tokenHash: string | null): Promise<{ provider: string; createdAt: Date | null } | undefined> {
  return (await select<{ provider: string; createdAt: Date | null }>(db, setStatement, [subscriberId, accountId, tokenHash]))[0];
}
