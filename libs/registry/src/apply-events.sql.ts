import type { RegistryAccount, RegistryActivation, RegistryEntity } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';

/** Newest version of each key: a redelivery can sit in the same batch as its original. */
function newest<T extends { version: number }>(events: readonly T[], keyOf: (event: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const event of events) {
    const known = byKey.get(keyOf(event));
    if (known === undefined || event.version > known.version) byKey.set(keyOf(event), event);
  }
  return [...byKey.values()];
}

const upsertAccounts = {
  name: 'registry-upsert-accounts',
  text: `insert into account (account_id, subscriber_id, provider, name, state, reference_prefix, settings, sealed_credentials, credential_key, version)
    select account_id, subscriber_id, provider, name, state, reference_prefix, settings::json, sealed_credentials, credential_key, version
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])
      as t(account_id, subscriber_id, provider, name, state, reference_prefix, settings, sealed_credentials, credential_key, version)
    on conflict (account_id) do update set
      provider = excluded.provider, name = excluded.name, state = excluded.state, reference_prefix = excluded.reference_prefix,
      settings = excluded.settings, sealed_credentials = excluded.sealed_credentials,
      credential_key = excluded.credential_key, version = excluded.version
    where excluded.version > account.version
    returning account_id`,
};

const upsertActivations = {
  name: 'registry-upsert-activations',
  text: `insert into activation (site_id, account_id, subscriber_id, enabled, live, settings, version)
    select site_id, account_id, subscriber_id, enabled, live, settings::json, version
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::boolean[], $6::text[], $7::bigint[])
      as t(site_id, account_id, subscriber_id, enabled, live, settings, version)
    on conflict (site_id, account_id) do update set
      enabled = excluded.enabled, live = excluded.live, settings = excluded.settings, version = excluded.version
    where excluded.version > activation.version
    returning account_id`,
};

const upsertEntities = {
  name: 'registry-upsert-entities',
  text: `insert into entity_setting (account_id, kind, entity_id, subscriber_id, external_id, active, settings, version)
    select account_id, kind, entity_id, subscriber_id, external_id, active, settings::json, version
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::boolean[], $7::text[], $8::bigint[])
      as t(account_id, kind, entity_id, subscriber_id, external_id, active, settings, version)
    on conflict (account_id, entity_id, kind) do update set
      external_id = excluded.external_id, active = excluded.active, settings = excluded.settings, version = excluded.version
    where excluded.version > entity_setting.version
    returning account_id`,
};

interface AccountRow { account_id: string }

function idsOf(rows: AccountRow[]): string[] {
  return [...new Set(rows.map((row) => row.account_id))];
}

/** Stores newer versions and answers the accounts that changed. Older and repeated versions do nothing. */
export async function applyAccounts(db: Queryable, events: readonly RegistryAccount[]): Promise<string[]> {
  const rows = newest(events, (event) => event.accountId);
  if (rows.length === 0) return [];
  return idsOf(await select<AccountRow>(db, upsertAccounts, [
    rows.map((r) => r.accountId), rows.map((r) => r.subscriberId), rows.map((r) => r.provider), rows.map((r) => r.name), rows.map((r) => r.state),
    rows.map((r) => r.referencePrefix), rows.map((r) => JSON.stringify(r.settings)), rows.map((r) => r.sealedCredentials),
    rows.map((r) => r.credentialKey ?? null), rows.map((r) => r.version),
  ]));
}

export async function applyActivations(db: Queryable, events: readonly RegistryActivation[]): Promise<string[]> {
  const rows = newest(events, (event) => `${event.siteId}/${event.accountId}`);
  if (rows.length === 0) return [];
  return idsOf(await select<AccountRow>(db, upsertActivations, [
    rows.map((r) => r.siteId), rows.map((r) => r.accountId), rows.map((r) => r.subscriberId), rows.map((r) => r.enabled), rows.map((r) => r.live),
    rows.map((r) => JSON.stringify(r.settings)), rows.map((r) => r.version),
  ]));
}

export async function applyEntities(db: Queryable, events: readonly RegistryEntity[]): Promise<string[]> {
  const rows = newest(events, (event) => `${event.accountId}/${event.kind}/${event.entityId}`);
  if (rows.length === 0) return [];
  return idsOf(await select<AccountRow>(db, upsertEntities, [
    rows.map((r) => r.accountId), rows.map((r) => r.kind), rows.map((r) => r.entityId), rows.map((r) => r.subscriberId), rows.map((r) => r.externalId),
    rows.map((r) => r.active), rows.map((r) => JSON.stringify(r.settings)), rows.map((r) => r.version),
  ]));
}
