import type { RegistryAccount, RegistryActivation, RegistryEntity, RegistrySite } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { jsonParameter } from './json-parameter.ts';

// Every statement takes what is not there or is older here, and answers how many that were. `fresh` counts the version of the subscriber
// up, so that the next change made here is newer than what was taken over.
const counted = `counters as (
      insert into subscriber_registry as r (subscriber_id, version) select "subscriberId", max(version) from t group by "subscriberId"
      on conflict (subscriber_id) do update set version = greatest(r.version, excluded.version))
    select count(*) as taken from fresh`;

const sitesStatement = {
  name: 'gateway-adopt-sites',
  text: `with t as (select * from json_to_recordset($1::json) as t("siteId" uuid, "subscriberId" uuid, name text, "invalidItemPolicy" text, version bigint)),
    fresh as (
      insert into site (site_id, subscriber_id, name, invalid_item_policy, version) select "siteId", "subscriberId", name, "invalidItemPolicy", version from t
      on conflict (site_id) do update set name = excluded.name, invalid_item_policy = excluded.invalid_item_policy, version = excluded.version, updated_at = now()
      where site.subscriber_id = excluded.subscriber_id and site.version < excluded.version returning 1), ${counted}`,
};

/** An account whose prefix is taken by another one with the same credentials stays out: it could not be made here either. */
const accountsStatement = {
  name: 'gateway-adopt-accounts',
  text: `with t as (select * from json_to_recordset($1::json) as t("accountId" uuid, "subscriberId" uuid, provider text, name text, state text, "referencePrefix" text,
        settings json, "sealedCredentials" text, "keyId" text, "credentialKey" text, version bigint)),
    entitled as (
      insert into entitlement (subscriber_id, provider, granted_by) select distinct "subscriberId", provider, 'registry' from t where state <> 'deleted' on conflict do nothing),
    fresh as (
      insert into account (account_id, subscriber_id, provider, name, state, reference_prefix, prefix_fixed, settings, sealed_credentials, key_id, credential_key, version)
      select "accountId", "subscriberId", provider, name, state, "referencePrefix", true, settings, "sealedCredentials", "keyId", "credentialKey", version from t
      where not exists (select from account a where a.provider = t.provider and a.credential_key = t."credentialKey" and a.reference_prefix = t."referencePrefix"
        and a.state <> 'deleted' and a.account_id <> t."accountId")
      on conflict (account_id) do update set name = excluded.name, state = excluded.state, settings = excluded.settings, sealed_credentials = excluded.sealed_credentials,
        key_id = excluded.key_id, credential_key = excluded.credential_key, version = excluded.version, updated_at = now()
      where account.subscriber_id = excluded.subscriber_id and account.version < excluded.version returning 1), ${counted}`,
};

const activationsStatement = {
  name: 'gateway-adopt-activations',
  text: `with t as (select * from json_to_recordset($1::json) as t("siteId" uuid, "accountId" uuid, "subscriberId" uuid, enabled boolean, live boolean, settings json, version bigint)),
    fresh as (
      insert into activation (site_id, account_id, subscriber_id, enabled, live, settings, version)
      select "siteId", "accountId", "subscriberId", enabled, live, settings, version from t
      where exists (select from account a where a.account_id = t."accountId" and a.subscriber_id = t."subscriberId")
        and exists (select from site s where s.site_id = t."siteId" and s.subscriber_id = t."subscriberId")
      on conflict (site_id, account_id) do update set enabled = excluded.enabled, live = excluded.live, settings = excluded.settings, version = excluded.version, updated_at = now()
      where activation.version < excluded.version returning 1), ${counted}`,
};

const entitiesStatement = {
  name: 'gateway-adopt-entities',
  text: `with t as (select * from json_to_recordset($1::json) as t("accountId" uuid, kind text, "entityId" uuid, "subscriberId" uuid, "externalId" text, active boolean, settings json, version bigint)),
    fresh as (
      insert into entity_setting (account_id, kind, entity_id, subscriber_id, external_id, active, settings, version)
      select "accountId", kind, "entityId", "subscriberId", "externalId", active, settings, version from t
      where exists (select from account a where a.account_id = t."accountId" and a.subscriber_id = t."subscriberId")
      on conflict (account_id, kind, entity_id) do update set external_id = excluded.external_id, active = excluded.active, settings = excluded.settings,
        version = excluded.version, updated_at = now()
      where entity_setting.version < excluded.version returning 1), ${counted}`,
};

async function adopt(db: Queryable, statement: { name: string; text: string }, rows: readonly object[]): Promise<number> {
  const [row] = await select<{ taken: number }>(db, statement, [jsonParameter(rows)]);
  return row?.taken ?? 0;
}

export type AdoptedAccount = Omit<RegistryAccount, 'credentialKey'> & { keyId: string; credentialKey: string };

// Each at most once in a call.
export const adoptSites = (db: Queryable, sites: readonly RegistrySite[]): Promise<number> => adopt(db, sitesStatement, sites);
export const adoptAccounts = (db: Queryable, accounts: readonly AdoptedAccount[]): Promise<number> => adopt(db, accountsStatement, accounts);
export const adoptActivations = (db: Queryable, activations: readonly RegistryActivation[]): Promise<number> => adopt(db, activationsStatement, activations);
export const adoptEntities = (db: Queryable, entities: readonly RegistryEntity[]): Promise<number> => adopt(db, entitiesStatement, entities);
