import { subjects, validator, type AccessCheckRequest } from '@pes/contracts';
import { ok } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import { checkAccount } from '../accounts/check-account.ts';
import type { Api } from '../api.ts';
import { checkAddresses } from '../check-addresses.ts';
import { countMapped } from '../data-access/entity-settings.sql.ts';
import { isEntitled } from '../data-access/entitlements.sql.ts';
import type { SealedAccount } from '../domain/account.ts';
import { preflightItems, type PreflightItem } from '../domain/preflight.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Provider } from '../provider-catalog.ts';

const accessReply = validator('access-check-reply');
const patienceMs = 10_000;

async function credentialsItem(api: Api, account: SealedAccount): Promise<PreflightItem> {
  const checked = await checkAccount(api, account);
  if (!checked.ok) return { check: 'credentials', result: 'unknown', message: `The credentials could not be tried: ${checked.error.error}` };
  const { ok: works, field, message } = checked.value;
  return { check: 'credentials', result: works ? 'ok' : 'fix', message: works || field === null ? message : `${field}: ${message}` };
}

/** Whether the account's Pressero user reaches the site. A user without rights looks like bad credentials later, so it is told apart here. */
async function adminUserItem({ bus }: Api, { subscriberId, adminUser }: SealedAccount, siteId: string): Promise<PreflightItem> {
  if (adminUser === null) return { check: 'admin-user', result: 'fix', message: 'The account has no Pressero admin user. Open the account and choose one that may see this site and its products.' };
  const request: AccessCheckRequest = { subscriberId, siteId, adminUser };
  try {
    const reply = accessReply(await callRpc(bus, subjects.rpcPresseroCheckAccess, request, patienceMs));
    if (reply.ok) return { check: 'admin-user', result: reply.value.ok ? 'ok' : 'fix', message: reply.value.message };
  } catch {
    // Nobody answers, or too late.
  }
  return { check: 'admin-user', result: 'unknown', message: `Pressero did not say whether ${adminUser} may see this site.` };
}

/** Complaints about the settings of an account on a site. */
export async function siteProblems(api: Api, { manifest, check }: Provider, settings: Record<string, unknown>) {
  return [...check('siteSettings', settings, 'body.settings'), ...await checkAddresses(api, manifest.schemas.siteSettings, settings, 'body.settings')];
}

/** The checklist before orders of a site go to an account. */
export async function preflight(api: Api, account: SealedAccount, { siteId, settings }: { siteId: string; settings: Record<string, unknown> }): Promise<Answer<PreflightItem[]>> {
  const { subscriberId, accountId } = account;
  const provider = await api.providers.find(account.provider);
  if (provider === undefined) return refuse('conflict', `the connector of ${account.provider} has not announced itself yet: try again when it has started`);
  const [entitled, mapped, problems, credentials, adminUser] = await Promise.all([
    isEntitled(api.db, subscriberId, account.provider), countMapped(api.db, subscriberId, accountId), siteProblems(api, provider, settings),
    credentialsItem(api, account), adminUserItem(api, account, siteId),
  ]);
  const known = preflightItems({
    manifest: provider.manifest, accountName: account.name, paused: account.state === 'paused', entitled, accountSettings: account.settings, siteSettings: settings,
    accountProblems: provider.check('accountSettings', account.settings, 'settings'), siteProblems: problems, mapped,
  });
  return ok([...known, credentials, adminUser]);
}
