import { ok } from '@pes/kernel';
import { noAccount } from '../../accounts/change-account.ts';
import { findAccount } from '../../data-access/accounts.sql.ts';
import { findEntity, listEntities, type EntityKind, type EntitySetting } from '../../data-access/entity-settings.sql.ts';
import { refuse } from '../../domain/refusal.ts';
import { checkEntity, saveEntity } from '../../entities/save-entities.ts';
import { importEntities } from '../../entities/import-entities.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { admins, route, viewers, type Route } from '../route.ts';
import { anyObject, answer, count, flag, listOf, nullable, object, pageSchema, ref, text, time, uuid } from '../schemas.ts';
import { accountParams, type AccountPath } from './accounts.ts';

export const entitySchema = object({
  entityId: uuid, externalId: { ...nullable({ type: 'string' }), description: 'Id of the same thing at the provider' }, active: flag, settings: anyObject,
  version: { type: 'integer', description: 'Registry version; also the ETag' }, updatedAt: time,
});

export const importSchema = object({
  dryRun: flag, rows: count, changed: count, unchanged: count, failed: { ...count, description: 'Lines that were left out' },
  errors: listOf(object({ line: count, field: { type: 'string' }, message: { type: 'string' } })), registryVersion: nullable({ type: 'integer' }),
});

function shownEntity({ entityId, externalId, active, settings, version, updatedAt }: EntitySetting): object {
  return { entityId, externalId, active, settings, version, updatedAt };
}

interface EntityPath { params: { accountId: string; entityId: string } }
interface SavedBody { body: { externalId: string | null; active: boolean; settings: Record<string, unknown> } }

interface Naming { kind: EntityKind; plural: string; upper: string; tag: string }

function readRoutes({ kind, plural, upper, tag }: Naming): Route[] {
  const path = `/api/v1/accounts/{accountId}/${plural}`;
  return [
    route<AccountPath & { query: { externalId?: string; cursor?: string; limit: number } }>({
      operationId: `list${upper}Settings`, method: 'get', path, tag, summary: `Settings of ${plural} for an account`, tenancy: 'subscriber', roles: viewers, params: accountParams,
      query: { externalId: text(200, 'Exactly this one'), ...cursorQuery }, responses: { 200: answer('A page', pageSchema(ref('EntitySetting'))) },
      async handle({ api, subscriberId, params: { accountId }, query }) {
        const cursor = decodeCursor(query.cursor, [cursorParts.uuid]);
        if (!cursor.ok) return cursor;
        if (await findAccount(api.db, subscriberId, accountId) === undefined) return noAccount(accountId);
        const rows = await listEntities(api.db, { subscriberId, accountId, kind }, { externalId: query.externalId, after: cursor.value.position?.[0] }, query.limit + 1);
        const { items, next } = pageOf(rows, query.limit, ({ entityId }) => [entityId]);
        return ok({ status: 200, body: { items: items.map(shownEntity), next } });
      },
    }),
    route<EntityPath>({
      operationId: `show${upper}Settings`, method: 'get', path: `${path}/{entityId}`, tag, summary: `Settings of one ${kind} for an account`, tenancy: 'subscriber', roles: viewers,
      params: { ...accountParams, entityId: uuid }, responses: { 200: answer('The settings', ref('EntitySetting')) },
      async handle({ api, subscriberId, params: { accountId, entityId } }) {
        const found = await findEntity(api.db, { subscriberId, accountId, kind }, entityId);
        return found === undefined ? refuse('not_found', `${kind} ${entityId} has no settings for this account`) : ok({ status: 200, body: shownEntity(found), version: found.version });
      },
    }),
  ];
}

function writeRoutes({ kind, plural, upper, tag }: Naming): Route[] {
  const path = `/api/v1/accounts/{accountId}/${plural}`;
  return [
    route<EntityPath & SavedBody>({
      operationId: `save${upper}Settings`, method: 'put', path: `${path}/{entityId}`, tag, summary: `Set External ID, Active and settings of a ${kind}`, tenancy: 'subscriber', roles: admins,
      params: { ...accountParams, entityId: uuid }, ifMatch: 'optional', description: 'Orders that wait for it go on.',
      body: { kind: 'json', schema: {
        type: 'object', additionalProperties: false, required: ['externalId'],
        properties: { externalId: nullable(text(200)), active: { ...flag, default: true }, settings: { ...anyObject, default: {}, description: `By the provider's ${kind}Settings schema` } },
      } },
      responses: { 200: answer('Saved', ref('EntitySetting')) },
      async handle({ api, subscriberId, actor, params: { accountId, entityId }, body, ifMatch, commit }) {
        const place = { subscriberId, accountId, kind };
        const checked = await checkEntity(api, place, body.settings);
        if (!checked.ok) return checked;
        const done = await commit(async (client) => {
          const saved = await saveEntity(client, { ...place, actor }, { entityId, ...body }, ifMatch);
          return saved.ok ? ok({ status: 200, body: shownEntity(saved.value), version: saved.value.version }) : saved;
        });
        api.wakeOutbox();
        return done;
      },
    }),
    route<AccountPath & { query: { dryRun: boolean } }>({
      operationId: `import${upper}Settings`, method: 'post', path: `${path}/import`, tag, summary: `Import External IDs of ${plural} from a CSV file`, tenancy: 'subscriber', roles: admins, params: accountParams,
      description: 'Columns entityId, externalId and, where wanted, active. Lines that cannot be read are left out and named; the others are saved. The same file again changes nothing.',
      query: { dryRun: { ...flag, default: false, description: 'Say what would happen and save nothing' } },
      body: { kind: 'stream', contentType: 'text/csv', maxBytes: ({ config }) => config.IMPORT_MAX_MB * 1024 * 1024 },
      responses: { 200: answer('What came of it', ref('Import')) },
      async handle({ api, subscriberId, actor, params: { accountId }, query: { dryRun }, request }) {
        if (await findAccount(api.db, subscriberId, accountId) === undefined) return noAccount(accountId);
        const imported = await importEntities(api, request, { place: { subscriberId, accountId, kind }, actor, dryRun });
        return imported.ok ? ok({ status: 200, body: imported.value }) : imported;
      },
    }),
  ];
}

const namings: readonly Naming[] = [
  { kind: 'product', plural: 'products', upper: 'Product', tag: 'Products' },
  { kind: 'category', plural: 'categories', upper: 'Category', tag: 'Categories' },
  { kind: 'user', plural: 'users', upper: 'User', tag: 'Users' },
];

/** The same for products, categories and users. */
export const entityRoutes: readonly Route[] = namings.flatMap((naming) => [...readRoutes(naming), ...writeRoutes(naming)]);
