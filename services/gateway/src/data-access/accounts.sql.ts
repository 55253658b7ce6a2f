import { select, type Queryable } from '@pes/store';
import type { Account, CheckOutcome, SealedAccount } from '../domain/account.ts';

const shown = `account_id as "accountId", subscriber_id as "subscriberId", provider, name, admin_user as "adminUser", state, reference_prefix as "referencePrefix",
  prefix_fixed as "prefixFixed", settings, hook_created_at as "hookCreatedAt", check_result as "lastCheck", version, created_at as "createdAt", updated_at as "updatedAt"`;
const sealed = `${shown}, sealed_credentials as "sealedCredentials", key_id as "keyId", credential_key as "credentialKey"`;

const listStatement = {
  name: 'gateway-list-accounts',
  text: `select ${shown} from account where subscriber_id = $1 and state <> 'deleted' and ($2::text is null or provider = $2) and ($3::uuid is null or account_id > $3)
    order by account_id limit $4::integer`,
};

/** In the order in which they were made. Deleted ones are not there any more. */
export async function listAccounts(db: Queryable, subscriberId: string, { provider, after }: { provider: string | undefined; after: string | undefined }, limit: number): Promise<Account[]> {
  return select<Account>(db, listStatement, [subscriberId, provider ?? null, after ?? null, limit]);
}

const findStatement = { name: 'gateway-find-account', text: `select ${sealed} from account where account_id = $2 and subscriber_id = $1 and state <> 'deleted'` };
const lockStatement = { name: 'gateway-lock-account', text: `${findStatement.text} for update` };

export async function findAccount(db: Queryable, subscriberId: string, accountId: string): Promise<SealedAccount | undefined> {
  return (await select<SealedAccount>(db, findStatement, [subscriberId, accountId]))[0];
}

/** Nobody else changes it until the transaction ends. */
export async function lockAccount(db: Queryable, subscriberId: string, accountId: string): Promise<SealedAccount | undefined> {
  return (await select<SealedAccount>(db, lockStatement, [subscriberId, accountId]))[0];
}

type Written = Pick<SealedAccount, 'accountId' | 'subscriberId' | 'name' | 'adminUser' | 'state' | 'referencePrefix' | 'prefixFixed' | 'settings' | 'sealedCredentials' | 'keyId' | 'credentialKey' | 'version'>;

function values(account: Written): unknown[] {
  return [
    account.accountId, account.subscriberId, account.name, account.adminUser, account.state, account.referencePrefix, account.prefixFixed, JSON.stringify(account.settings),
    account.sealedCredentials, account.keyId, account.credentialKey, account.version,
  ];
}

const insertStatement = {
  name: 'gateway-insert-account',
  text: `insert into account (account_id, subscriber_id, name, admin_user, state, reference_prefix, prefix_fixed, settings, sealed_credentials, key_id, credential_key, version, provider)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (provider, credential_key, reference_prefix) where state <> 'deleted' do nothing returning ${sealed}`,
};

/** Undefined when an account with the same credentials has the same prefix. */
export async function insertAccount(db: Queryable, account: Written & Pick<Account, 'provider'>): Promise<SealedAccount | undefined> {
  return (await select<SealedAccount>(db, insertStatement, [...values(account), account.provider]))[0];
}

const takenStatement = {
  name: 'gateway-account-reference-taken',
  text: `select from account where provider = $1 and credential_key = $2 and reference_prefix = $3 and account_id <> $4 and state <> 'deleted'`,
};

/** Does another account with the same credentials use the prefix? The unique index decides in the end; this one lets us say so. */
export async function isReferenceTaken(db: Queryable, { provider, credentialKey, referencePrefix, accountId }: SealedAccount): Promise<boolean> {
  return (await select(db, takenStatement, [provider, credentialKey, referencePrefix, accountId])).length > 0;
}

const updateStatement = {
  name: 'gateway-update-account',
  text: `update account set name = $3, admin_user = $4, state = $5, reference_prefix = $6, prefix_fixed = $7, settings = $8, sealed_credentials = $9, key_id = $10,
      credential_key = $11, version = $12, updated_at = now()
    where account_id = $1 and subscriber_id = $2 returning ${sealed}`,
};

/** Of a locked account. */
export async function updateAccount(db: Queryable, account: Written): Promise<SealedAccount> {
  const [row] = await select<SealedAccount>(db, updateStatement, values(account));
  if (row === undefined) throw new Error(`account ${account.accountId} went away while it was locked`);
  return row;
}

const checkedStatement = {
  name: 'gateway-store-check',
  text: 'update account set checked_at = now(), check_result = $3 where account_id = $2 and subscriber_id = $1',
};

export async function storeCheck(db: Queryable, subscriberId: string, accountId: string, outcome: CheckOutcome): Promise<void> {
  await select(db, checkedStatement, [subscriberId, accountId, JSON.stringify(outcome)]);
}

const staleStatement = {
  name: 'gateway-stale-accounts',
  text: `select ${sealed} from account where key_id <> $1 and account_id > $2 order by account_id limit $3::integer`,
};

/** Accounts of everybody, deleted ones too, whose credentials are sealed with another key than the given one. For key rotation. */
export async function staleAccounts(db: Queryable, keyId: string, after: string, limit: number): Promise<SealedAccount[]> {
  return select<SealedAccount>(db, staleStatement, [keyId, after, limit]);
}

const rewrapStatement = {
  name: 'gateway-rewrap-account',
  text: `update account set sealed_credentials = $3, key_id = $4, version = $5 where account_id = $1 and sealed_credentials = $2 returning ${sealed}`,
};

/** The same credentials under another key; undefined when they were changed in between. */
export async function rewrapAccount(db: Queryable, accountId: string, change: { from: string; to: string; keyId: string; version: number }): Promise<SealedAccount | undefined> {
  return (await select<SealedAccount>(db, rewrapStatement, [accountId, change.from, change.to, change.keyId, change.version]))[0];
}

const keysStatement = { name: 'gateway-count-keys', text: 'select key_id as "keyId", count(*) as accounts from account group by key_id order by key_id' };

export async function countKeys(db: Queryable): Promise<Array<{ keyId: string; accounts: number }>> {
  return select(db, keysStatement);
}
