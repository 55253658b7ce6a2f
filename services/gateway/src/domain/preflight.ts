import type { ConnectorManifest } from '@pes/contracts';
import type { FieldProblem } from './refusal.ts';

/** ok; fix: orders would fail, so the site cannot go live; unknown: nobody could tell now; note: worth knowing. */
type PreflightResult = 'ok' | 'fix' | 'unknown' | 'note';

export interface PreflightItem {
  check: 'account' | 'account-settings' | 'site-settings' | 'shipping-methods' | 'products' | 'users' | 'credentials' | 'admin-user';
  result: PreflightResult;
  /** What it is, or what to fix and where. */
  message: string;
}

export interface PreflightFacts {
  manifest: ConnectorManifest;
  accountName: string;
  paused: boolean;
  entitled: boolean;
  accountSettings: Record<string, unknown>;
  siteSettings: Record<string, unknown>;
  accountProblems: readonly FieldProblem[];
  siteProblems: readonly FieldProblem[];
  /** How many products and users of the account have an External ID. */
  mapped: Readonly<Record<'product' | 'user', number>>;
}

const item = (check: PreflightItem['check'], result: PreflightResult, message: string): PreflightItem => ({ check, result, message });
const lines = (problems: readonly FieldProblem[]): string => problems.map(({ field, message }) => `${field} ${message}`).join('; ');

function accountItem({ manifest, accountName, paused, entitled }: PreflightFacts): PreflightItem {
  if (!entitled) return item('account', 'fix', `The subscriber may not use ${manifest.displayName}. Ask for it to be switched on.`);
  if (paused) return item('account', 'note', `Account ${accountName} is paused: orders will wait until it is resumed.`);
  return item('account', 'ok', `Account ${accountName} is ready.`);
}

function shippingItem({ manifest, accountSettings, siteSettings }: PreflightFacts): PreflightItem {
  const mapping = manifest.mappings.find(({ entity }) => entity === 'shipping-method');
  if (mapping === undefined) return item('shipping-methods', 'ok', `${manifest.displayName} needs no mapping of shipping methods.`);
  const map = mapping.siteSetting === undefined ? undefined : siteSettings[mapping.siteSetting];
  const count = typeof map === 'object' && map !== null ? Object.keys(map).length : 0;
  const fallback = mapping.accountFallback !== undefined && accountSettings[mapping.accountFallback] !== undefined;
  if (count > 0) return item('shipping-methods', 'ok', `${count} shipping methods have a ${mapping.label}${fallback ? '; the account has one for all others' : ''}.`);
  if (fallback) return item('shipping-methods', 'ok', `The account has a ${mapping.label} for every shipping method.`);
  return item('shipping-methods', mapping.required ? 'fix' : 'note', `No shipping method has a ${mapping.label}. ${mapping.fix}`);
}

function entityItem({ manifest, mapped }: PreflightFacts, entity: 'product' | 'user'): PreflightItem {
  const check = entity === 'product' ? 'products' : 'users';
  const mapping = manifest.mappings.find((candidate) => candidate.entity === entity);
  if (mapping === undefined) return item(check, 'ok', `${manifest.displayName} needs no mapping of ${check}.`);
  const count = mapped[entity];
  if (count > 0) return item(check, 'ok', `${count} ${check} have a ${mapping.label}. Orders with others wait and say so.`);
  if (!mapping.required) return item(check, 'ok', `A ${mapping.label} is optional.`);
  const fallback = mapping.fallback === 'integration-id';
  return item(check, fallback ? 'note' : 'fix', `No ${entity} has a ${mapping.label}${fallback ? '; the Integration ID counts' : ''}. ${mapping.fix}`);
}

/** What can be told without asking anybody. */
export function preflightItems(facts: PreflightFacts): PreflightItem[] {
  const { accountProblems, siteProblems } = facts;
  return [
    accountItem(facts),
    accountProblems.length === 0 ? item('account-settings', 'ok', 'The settings of the account are complete.') : item('account-settings', 'fix', `Open the account: ${lines(accountProblems)}.`),
    siteProblems.length === 0 ? item('site-settings', 'ok', 'The settings of the site are complete.') : item('site-settings', 'fix', `Open the site, Embedded Services tab: ${lines(siteProblems)}.`),
    shippingItem(facts), entityItem(facts, 'product'), entityItem(facts, 'user'),
  ];
}
