/**
 * The registry as a service keeps it in its own schema: a copy made from events, so that no service reads another's tables.
 * Put these statements into the service's first migration; the connection's search path names the schema.
 */
export const registryTables: readonly string[] = [
  `create table account (
    account_id uuid primary key,
    subscriber_id uuid not null,
    provider text not null,
    name text not null,
    state text not null,
    reference_prefix text not null,
    settings json not null,
    sealed_credentials text not null,
    credential_key text,
    version bigint not null)`,
  `create table activation (
    site_id uuid not null,
    account_id uuid not null,
    subscriber_id uuid not null,
    enabled boolean not null,
    live boolean not null,
    settings json not null,
    version bigint not null,
    primary key (site_id, account_id))`,
  `create table entity_setting (
    account_id uuid not null,
    kind text not null,
    entity_id uuid not null,
    subscriber_id uuid not null,
    external_id text,
    active boolean not null,
    settings json not null,
    version bigint not null,
    primary key (account_id, entity_id, kind))`,
  'create table provider_manifest (provider text primary key, manifest json not null)',
];
