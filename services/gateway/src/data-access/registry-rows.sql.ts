import type { RegistryAccount, RegistryActivation, RegistryEntity, RegistrySite } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';

const subscribersStatement = {
  name: 'gateway-registry-subscribers',
  text: 'select subscriber_id as "subscriberId" from subscriber_registry where $1::uuid is null or subscriber_id = $1 order by subscriber_id',
};

/** Everybody who ever had anything, or the one that is given. */
export async function registrySubscribers(db: Queryable, subscriberId: string | undefined): Promise<string[]> {
  return (await select<{ subscriberId: string }>(db, subscribersStatement, [subscriberId ?? null])).map((row) => row.subscriberId);
}

const lockStatement = { name: 'gateway-lock-registry', text: 'select from subscriber_registry where subscriber_id = $1 for update' };

/** Nothing of the subscriber's registry changes until the transaction ends. */
export async function lockRegistry(db: Queryable, subscriberId: string): Promise<void> {
  await select(db, lockStatement, [subscriberId]);
}

const sitesStatement = {
  name: 'gateway-registry-sites',
  text: 'select subscriber_id as "subscriberId", site_id as "siteId", name, invalid_item_policy as "invalidItemPolicy", version from site where subscriber_id = $1',
};
const accountsStatement = {
  name: 'gateway-registry-accounts',
  text: `select account_id as "accountId", subscriber_id as "subscriberId", provider, name, state, reference_prefix as "referencePrefix", settings, sealed_credentials as "sealedCredentials",
    credential_key as "credentialKey", version from account where subscriber_id = $1`,
};
const activationsStatement = {
  name: 'gateway-registry-activations',
  text: 'select subscriber_id as "subscriberId", site_id as "siteId", account_id as "accountId", enabled, live, settings, version from activation where subscriber_id = $1',
};
const entitiesStatement = {
  name: 'gateway-registry-entities',
  text: `select e.subscriber_id as "subscriberId", e.account_id as "accountId", e.kind, e.entity_id as "entityId", e.external_id as "externalId", e.active, e.settings, e.version
    from entity_setting e where e.account_id = $1 and e.subscriber_id = $2 and (e.kind, e.entity_id) > ($3, $4::uuid) order by e.kind, e.entity_id limit $5::integer`,
};

export async function registrySites(db: Queryable, subscriberId: string): Promise<RegistrySite[]> {
  return select(db, sitesStatement, [subscriberId]);
}

/** Deleted ones too: whoever has them must learn that they are. */
export async function registryAccounts(db: Queryable, subscriberId: string): Promise<Array<Required<RegistryAccount>>> {
  return select(db, accountsStatement, [subscriberId]);
}

export async function registryActivations(db: Queryable, subscriberId: string): Promise<RegistryActivation[]> {
  return select(db, activationsStatement, [subscriberId]);
}

/** A page of an account's settings; `after` is the last one of the page before. */
export async function registryEntities(db: Queryable, subscriberId: string, accountId: string, { after, limit }: { after: RegistryEntity | undefined; limit: number }): Promise<RegistryEntity[]> {
  return select(db, entitiesStatement, [accountId, subscriberId, after?.kind ?? '', after?.entityId ?? '00000000-0000-0000-0000-000000000000', limit]);
}
