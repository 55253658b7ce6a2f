import type { RegistryEntity } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { jsonParameter } from './json-parameter.ts';

export type EntityKind = RegistryEntity['kind'];

export interface EntitySetting extends RegistryEntity {
  updatedAt: Date;
}

const columns = `subscriber_id as "subscriberId", account_id as "accountId", kind, entity_id as "entityId", external_id as "externalId", active, settings, version,
  updated_at as "updatedAt"`;

export interface EntityPlace {
  subscriberId: string;
  accountId: string;
  kind: EntityKind;
}

const listStatement = {
  name: 'gateway-list-entities',
  text: `select ${columns} from entity_setting where subscriber_id = $1 and account_id = $2 and kind = $3 and ($4::text is null or external_id = $4) and ($5::uuid is null or entity_id > $5)
    order by entity_id limit $6::integer`,
};

export async function listEntities(db: Queryable, { subscriberId, accountId, kind }: EntityPlace, { externalId, after }: { externalId: string | undefined; after: string | undefined }, limit: number):
Promise<EntitySetting[]> {
  return select<EntitySetting>(db, listStatement, [subscriberId, accountId, kind, externalId ?? null, after ?? null, limit]);
}

const findStatement = {
  name: 'gateway-find-entity',
  text: `select ${columns} from entity_setting where subscriber_id = $1 and account_id = $2 and kind = $3 and entity_id = $4`,
};

export async function findEntity(db: Queryable, { subscriberId, accountId, kind }: EntityPlace, entityId: string): Promise<EntitySetting | undefined> {
  return (await select<EntitySetting>(db, findStatement, [subscriberId, accountId, kind, entityId]))[0];
}

export type EntityValue = Pick<RegistryEntity, 'entityId' | 'externalId'> & Partial<Pick<RegistryEntity, 'active' | 'settings'>>;

/**
 * What is left out stays as it was; a new one is active and has no settings. Rows that would not change keep their version and are not
 * answered, so an import that is repeated tells nobody anything. Each entity at most once.
 */
const putStatement = {
  name: 'gateway-put-entities',
  text: `insert into entity_setting as e (account_id, kind, subscriber_id, version, entity_id, external_id, active, settings)
    select $1, $2, $3, $4, t."entityId", t."externalId", coalesce(t.active, o.active, true), coalesce(t.settings, o.settings, '{}')
    from json_to_recordset($5::json) as t("entityId" uuid, "externalId" text, active boolean, settings json)
      left join entity_setting o on o.account_id = $1 and o.kind = $2 and o.entity_id = t."entityId"
    on conflict (account_id, kind, entity_id) do update set
      external_id = excluded.external_id, active = excluded.active, settings = excluded.settings, version = excluded.version, updated_at = now()
    where e.external_id is distinct from excluded.external_id or e.active <> excluded.active or e.settings::text <> excluded.settings::text
    returning ${columns}`,
};

/** Of the subscriber's own account. Answers those that changed. */
export async function putEntities(db: Queryable, { subscriberId, accountId, kind }: EntityPlace, version: number, values: readonly EntityValue[]): Promise<EntitySetting[]> {
  return select<EntitySetting>(db, putStatement, [accountId, kind, subscriberId, version, jsonParameter(values)]);
}

const compareStatement = {
  name: 'gateway-compare-entities',
  text: `select count(*) as changes from json_to_recordset($4::json) as t("entityId" uuid, "externalId" text, active boolean)
      left join entity_setting o on o.account_id = $2 and o.subscriber_id = $1 and o.kind = $3 and o.entity_id = t."entityId"
    where o.entity_id is null or o.external_id is distinct from t."externalId" or o.active <> coalesce(t.active, o.active)`,
};

/** How many of these would change something. For a dry run of values without settings. */
export async function countChanges(db: Queryable, { subscriberId, accountId, kind }: EntityPlace, values: readonly EntityValue[]): Promise<number> {
  const [row] = await select<{ changes: number }>(db, compareStatement, [subscriberId, accountId, kind, jsonParameter(values)]);
  return row?.changes ?? 0;
}

const mappedStatement = {
  name: 'gateway-count-mapped',
  text: `select count(*) filter (where kind = 'product') as product, count(*) filter (where kind = 'user') as "user" from entity_setting
    where subscriber_id = $1 and account_id = $2 and external_id is not null`,
};

/** How many products and users have an External ID. */
export async function countMapped(db: Queryable, subscriberId: string, accountId: string): Promise<{ product: number; user: number }> {
  const [row] = await select<{ product: number; user: number }>(db, mappedStatement, [subscriberId, accountId]);
  return row ?? { product: 0, user: 0 };
}
