import { ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { noAccount } from '../accounts/change-account.ts';
import type { Api } from '../api.ts';
import { findAccount, lockAccount } from '../data-access/accounts.sql.ts';
import { findActivation, putActivation, type Activation } from '../data-access/activations.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import { findSite } from '../data-access/sites.sql.ts';
import type { SealedAccount } from '../domain/account.ts';
import type { PreflightItem } from '../domain/preflight.ts';
import { refuse, refuseFields, type Answer } from '../domain/refusal.ts';
import { activationMessage } from '../registry-messages.ts';
import { preflight, siteProblems } from './preflight.ts';
import { noSite } from './put-site.ts';

export interface ActivationPlace {
  subscriberId: string;
  siteId: string;
  accountId: string;
}

export interface ActivationValue {
  enabled: boolean;
  live: boolean;
  settings: Record<string, unknown>;
  /** Go live although something could not be checked. */
  acceptUnknown?: boolean;
}

/** Site and account, when both are the subscriber's. */
export async function findPlace(api: Api, { subscriberId, siteId, accountId }: ActivationPlace): Promise<Answer<SealedAccount>> {
  if (await findSite(api.db, subscriberId, siteId) === undefined) return noSite(siteId);
  const account = await findAccount(api.db, subscriberId, accountId);
  return account === undefined ? noAccount(accountId) : ok(account);
}

function obstacle(items: readonly PreflightItem[], acceptUnknown: boolean): Answer<object> {
  const lines = (result: PreflightItem['result']): string[] => items.filter((item) => item.result === result).map(({ check, message }) => `${check} ${message}`);
  const [broken, unknown] = [lines('fix'), lines('unknown')];
  if (broken.length > 0) return refuse('conflict', `the site cannot go live: ${broken.join(' ')}`, broken);
  if (unknown.length > 0 && !acceptUnknown) return refuse('confirm_required', `not everything could be checked: ${unknown.join(' ')} Send acceptUnknown: true to go live all the same.`, unknown);
  return ok({});
}

/** Everything that has to be asked before the switch; nothing is stored yet. The checklist is only asked when orders begin to flow. */
export async function prepareSwitch(api: Api, place: ActivationPlace, value: ActivationValue): Promise<Answer<object>> {
  if (value.live && !value.enabled) return refuseFields([{ field: 'body.live', message: 'needs enabled: true as well' }]);
  const account = await findPlace(api, place);
  if (!account.ok) return account;
  const provider = await api.providers.find(account.value.provider);
  if (provider === undefined) return refuse('conflict', `the connector of ${account.value.provider} has not announced itself yet: try again when it has started`);
  const problems = await siteProblems(api, provider, value.settings);
  if (problems.length > 0) return refuseFields(problems);
  const before = await findActivation(api.db, place.subscriberId, place.siteId, place.accountId);
  if (!value.live || before?.live === true) return ok({});
  const items = await preflight(api, account.value, { siteId: place.siteId, settings: value.settings });
  return items.ok ? obstacle(items.value, value.acceptUnknown === true) : items;
}

/** In a transaction. Switched off, everything that was entered and sent stays. */
export async function switchActivation(client: PoolClient, place: ActivationPlace & { actor: string }, { enabled, live, settings }: ActivationValue, ifMatch: number | undefined):
Promise<Answer<{ activation: Activation; fresh: boolean }>> {
  const { subscriberId, siteId, accountId, actor } = place;
  const version = await nextVersion(client, subscriberId);
  if (await lockAccount(client, subscriberId, accountId) === undefined) return noAccount(accountId);
  const before = await findActivation(client, subscriberId, siteId, accountId);
  if (before !== undefined && ifMatch === undefined) return refuse('version_required', 'send If-Match with the ETag that you read, so that nobody else\'s change is overwritten');
  if (ifMatch !== undefined && before?.version !== ifMatch) return refuse('version_mismatch', 'it was changed since you read it: read it again, then change it');
  const activation = await putActivation(client, { subscriberId, siteId, accountId, enabled, live, settings, version });
  await addToOutbox(client, [activationMessage(activation)]);
  await writeAudit(client, [{ subscriberId, actor, action: 'activations.switch', targetKind: 'activation', targetId: `${siteId}/${accountId}`, detail: { enabled, live, was: before === undefined ? null : { enabled: before.enabled, live: before.live } } }]);
  return ok({ activation, fresh: before === undefined });
}
