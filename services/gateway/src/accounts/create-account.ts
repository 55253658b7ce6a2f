import { newId, ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import type { Api } from '../api.ts';
import { insertAccount } from '../data-access/accounts.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { isEntitled } from '../data-access/entitlements.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import type { SealedAccount } from '../domain/account.ts';
import { refuse, refuseFields, type Answer } from '../domain/refusal.ts';
import type { Provider } from '../provider-catalog.ts';
import { accountMessage } from '../registry-messages.ts';
import { checkForm } from './check-form.ts';
import { sealCredentials } from './seal-credentials.ts';

export interface NewAccount {
  provider: string;
  name: string;
  adminUser: string | null;
  referencePrefix: string;
  settings: Record<string, unknown>;
  credentials: Record<string, unknown>;
}

export type PreparedAccount = Omit<SealedAccount, 'version' | 'createdAt' | 'updatedAt' | 'hookCreatedAt' | 'lastCheck'>;

/** The provider, when the subscriber may use it and its connector has announced itself. */
export async function usableProvider(api: Api, subscriberId: string, provider: string): Promise<Answer<Provider>> {
  if (!await isEntitled(api.db, subscriberId, provider)) return refuse('not_entitled', `this subscriber may not use provider ${provider}: ask for it to be switched on`);
  const found = await api.providers.find(provider);
  return found === undefined ? refuse('conflict', `the connector of ${provider} has not announced itself yet: try again when it has started`) : ok(found);
}

/** Checked and sealed; nothing is stored yet. */
export async function prepareAccount(api: Api, subscriberId: string, { credentials, ...account }: NewAccount): Promise<Answer<PreparedAccount>> {
  const provider = await usableProvider(api, subscriberId, account.provider);
  if (!provider.ok) return provider;
  const problems = await checkForm(api, provider.value, { ...account, credentials });
  if (problems.length > 0) return refuseFields(problems);
  const owner = { accountId: newId(), subscriberId };
  const sealed = sealCredentials(api, { ...owner, provider: account.provider }, credentials);
  return sealed.ok ? ok({ ...owner, ...account, state: 'active', prefixFixed: false, ...sealed.value }) : sealed;
}

/** In a transaction. */
export async function addAccount(client: PoolClient, prepared: PreparedAccount, actor: string): Promise<Answer<SealedAccount>> {
  const { subscriberId, accountId, provider, name, referencePrefix } = prepared;
  const account = await insertAccount(client, { ...prepared, version: await nextVersion(client, subscriberId) });
  if (account === undefined) {
    return refuse('conflict', `an account with these credentials uses the prefix "${referencePrefix}" already: two orders would get one number at the provider; choose another referencePrefix`);
  }
  await addToOutbox(client, [accountMessage(account)]);
  await writeAudit(client, [{ subscriberId, actor, action: 'accounts.create', targetKind: 'account', targetId: accountId, detail: { provider, name, referencePrefix } }]);
  return ok(account);
}
