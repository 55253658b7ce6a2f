import { select, type Queryable } from '@pes/store';

export interface AccountContext {
  accountId: string;
  subscriberId: string;
  provider: string;
  name: string;
  state: 'active' | 'paused' | 'deleted';
  referencePrefix: string;
  settings: Record<string, unknown>;
  sealedCredentials: string;
  version: number;
}

export interface ActivationContext {
  siteId: string;
  accountId: string;
  enabled: boolean;
  live: boolean;
  settings: Record<string, unknown>;
}

export interface EntityContext {
  accountId: string;
  kind: 'product' | 'category' | 'user';
  entityId: string;
  externalId: string | null;
  active: boolean;
  settings: Record<string, unknown>;
}

/** Everything that the registry says about some sites and the products and users that occur on them. */
export interface RegistryContext {
  accounts: Map<string, AccountContext>;
  /** By site. */
  activations: Map<string, ActivationContext[]>;
  entity(accountId: string, kind: EntityContext['kind'], entityId: string): EntityContext | undefined;
}

// One round trip for three tables: each row says what it is. Sites decide which accounts, accounts and entities decide which settings.
const loadContextStatement = {
  name: 'registry-load-context',
  text: `with act as (
      select site_id, account_id, enabled, live, settings from activation where site_id = any($1::uuid[])),
    acc as (
      select * from account where account_id in (select account_id from act))
    select 'account' as kind, json_build_object('accountId', account_id, 'subscriberId', subscriber_id, 'provider', provider, 'name', name,
        'state', state, 'referencePrefix', reference_prefix, 'settings', settings, 'sealedCredentials', sealed_credentials, 'version', version) as data
      from acc
    union all
    select 'activation', json_build_object('siteId', site_id, 'accountId', account_id, 'enabled', enabled, 'live', live, 'settings', settings) from act
    union all
    select 'entity', json_build_object('accountId', e.account_id, 'kind', e.kind, 'entityId', e.entity_id, 'externalId', e.external_id,
        'active', e.active, 'settings', e.settings)
      from entity_setting e where e.account_id in (select account_id from acc) and e.entity_id = any($2::uuid[])`,
};

type ContextRow =
  | { kind: 'account'; data: AccountContext }
  | { kind: 'activation'; data: ActivationContext }
  | { kind: 'entity'; data: EntityContext };

const entityKey = (accountId: string, kind: string, entityId: string): string => `${accountId}/${kind}/${entityId}`;

/** Loads the context of a batch in one round trip. */
export async function loadContext(db: Queryable, siteIds: Iterable<string>, entityIds: Iterable<string>): Promise<RegistryContext> {
  const rows = await select<ContextRow>(db, loadContextStatement, [[...new Set(siteIds)], [...new Set(entityIds)]]);
  const accounts = new Map<string, AccountContext>();
  const activations = new Map<string, ActivationContext[]>();
  const entities = new Map<string, EntityContext>();
  for (const row of rows) {
    if (row.kind === 'account') accounts.set(row.data.accountId, row.data);
    else if (row.kind === 'entity') entities.set(entityKey(row.data.accountId, row.data.kind, row.data.entityId), row.data);
    else activations.set(row.data.siteId, [...(activations.get(row.data.siteId) ?? []), row.data]);
  }
  return { accounts, activations, entity: (accountId, kind, entityId) => entities.get(entityKey(accountId, kind, entityId)) };
}
