import { subjects, type PushQuery } from '@pes/contracts';
import { ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import type { Api } from '../api.ts';
import { askDispatch } from '../ask-dispatch.ts';
import { findAccount, isReferenceTaken, lockAccount, updateAccount } from '../data-access/accounts.sql.ts';
import { switchOffActivations } from '../data-access/activations.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import type { SealedAccount } from '../domain/account.ts';
import { refuse, refuseFields, type Answer } from '../domain/refusal.ts';
import { accountMessage, activationMessage } from '../registry-messages.ts';
import { checkForm } from './check-form.ts';
import { usableProvider } from './create-account.ts';
import { sealCredentials } from './seal-credentials.ts';

/** What is given takes the place of what was there, settings and credentials as a whole. */
export interface AccountChange {
  name?: string;
  adminUser?: string | null;
  referencePrefix?: string;
  settings?: Record<string, unknown>;
  credentials?: Record<string, unknown>;
}

export interface Target {
  subscriberId: string;
  accountId: string;
  actor: string;
}

export function noAccount(accountId: string): { ok: false; error: { code: 'not_found'; error: string } } {
  return { ok: false, error: { code: 'not_found', error: `there is no account ${accountId}` } };
}

/** Orders that are queued or sent carry the prefix; push-dispatch knows. */
async function prefixFree(api: Api, { subscriberId, accountId, prefixFixed }: SealedAccount): Promise<Answer<object>> {
  const query: PushQuery = { subscriberId, accountId, limit: 1 };
  const asked = prefixFixed ? ok({ pushes: [{}] }) : await askDispatch<{ pushes: object[] }>(api, subjects.rpcDispatchPushes, query);
  if (!asked.ok) return asked;
  if (asked.value.pushes.length === 0) return ok({});
  return refuse('conflict', 'body.referencePrefix cannot change any more: orders were sent under the old one; make a new account for a new prefix', ['body.referencePrefix cannot change any more']);
}

export type PreparedChange = Partial<Pick<SealedAccount, 'name' | 'adminUser' | 'referencePrefix' | 'settings' | 'sealedCredentials' | 'keyId' | 'credentialKey'>>;

/** Checked and sealed; nothing is stored yet. */
export async function prepareChange(api: Api, { subscriberId, accountId }: Target, { credentials, ...change }: AccountChange): Promise<Answer<PreparedChange>> {
  const account = await findAccount(api.db, subscriberId, accountId);
  if (account === undefined) return noAccount(accountId);
  const provider = credentials === undefined ? ok(await api.providers.find(account.provider)) : await usableProvider(api, subscriberId, account.provider);
  if (!provider.ok) return provider;
  if (provider.value === undefined) return refuse('conflict', `the connector of ${account.provider} has not announced itself yet: try again when it has started`);
  const problems = await checkForm(api, provider.value, { ...change, ...(credentials !== undefined && { credentials }) });
  if (problems.length > 0) return refuseFields(problems);
  if (change.referencePrefix !== undefined && change.referencePrefix !== account.referencePrefix) {
    const free = await prefixFree(api, account);
    if (!free.ok) return free;
  }
  const sealed = credentials === undefined ? ok({}) : sealCredentials(api, account, credentials);
  return sealed.ok ? ok({ ...change, ...sealed.value }) : sealed;
}

/** In a transaction. `ifMatch` is the version that the caller read. */
export async function changeAccount(client: PoolClient, { subscriberId, accountId, actor }: Target, change: PreparedChange, ifMatch: number | undefined): Promise<Answer<SealedAccount>> {
  const version = await nextVersion(client, subscriberId);
  const account = await lockAccount(client, subscriberId, accountId);
  if (account === undefined) return noAccount(accountId);
  if (ifMatch !== undefined && account.version !== ifMatch) return refuse('version_mismatch', 'the account was changed since you read it: read it again, then change it');
  const wanted = { ...account, ...change, version };
  if (await isReferenceTaken(client, wanted)) return refuse('conflict', 'another account with these credentials uses this referencePrefix: choose another one', ['body.referencePrefix is taken']);
  const changed = await updateAccount(client, wanted);
  await addToOutbox(client, [accountMessage(changed)]);
  // Which fields, not what they hold.
  const fields = Object.keys(change).filter((field) => field !== 'keyId' && field !== 'credentialKey').map((field) => (field === 'sealedCredentials' ? 'credentials' : field));
  await writeAudit(client, [{ subscriberId, actor, action: 'accounts.change', targetKind: 'account', targetId: accountId, detail: { fields } }]);
  return ok(changed);
}

/** In a transaction. Its orders and their history stay; nothing is sent to it or taken from it any more. */
export async function deleteAccount(client: PoolClient, { subscriberId, accountId, actor }: Target): Promise<Answer<SealedAccount>> {
  const version = await nextVersion(client, subscriberId);
  const account = await lockAccount(client, subscriberId, accountId);
  if (account === undefined) return noAccount(accountId);
  const deleted = await updateAccount(client, { ...account, state: 'deleted', version });
  const activations = await switchOffActivations(client, subscriberId, accountId, version);
  await addToOutbox(client, [...activations.map(activationMessage), accountMessage(deleted)]);
  await writeAudit(client, [{ subscriberId, actor, action: 'accounts.delete', targetKind: 'account', targetId: accountId, detail: { name: account.name, sites: activations.length } }]);
  return ok(deleted);
}
