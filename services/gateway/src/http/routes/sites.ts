import { ok } from '@pes/kernel';
import { findActivation, listActivations, type Activation } from '../../data-access/activations.sql.ts';
import { findSite, listSites, type Site } from '../../data-access/sites.sql.ts';
import { refuse } from '../../domain/refusal.ts';
import { preflight } from '../../sites/preflight.ts';
import { noSite, saveSite, type SiteValue } from '../../sites/put-site.ts';
import { findPlace, prepareSwitch, switchActivation, type ActivationValue } from '../../sites/switch-activation.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { admins, operators, route, viewers, type Route } from '../route.ts';
import { anyObject, answer, flag, listOf, object, pageSchema, ref, text, time, uuid } from '../schemas.ts';

const policy = { enum: ['block-order', 'skip-item'], description: 'What an item with a cancelled status does to the rest of the order' };
const version = { type: 'integer', description: 'Registry version; also the ETag' };

export const siteSchema = object({ siteId: uuid, name: { type: 'string' }, invalidItemPolicy: policy, version, updatedAt: time });
export const activationSchema = object({ siteId: uuid, accountId: uuid, enabled: flag, live: flag, settings: anyObject, version, updatedAt: time });
export const preflightSchema = object({
  ready: { ...flag, description: 'Nothing is to be fixed and everything could be checked' },
  items: listOf(object({ check: { type: 'string' }, result: { enum: ['ok', 'fix', 'unknown', 'note'] }, message: { type: 'string' } })),
});

function shownSite({ siteId, name, invalidItemPolicy, version: at, updatedAt }: Site): object {
  return { siteId, name, invalidItemPolicy, version: at, updatedAt };
}

function shownActivation({ siteId, accountId, enabled, live, settings, version: at, updatedAt }: Activation): object {
  return { siteId, accountId, enabled, live, settings, version: at, updatedAt };
}

const siteParams = { siteId: uuid };
const placeParams = { siteId: uuid, accountId: uuid };
interface SitePath { params: { siteId: string } }
interface PlacePath { params: { siteId: string; accountId: string } }

const tag = 'Sites';
const sitePath = '/api/v1/sites/{siteId}';
const placePath = `${sitePath}/activations/{accountId}`;

export const siteRoutes: readonly Route[] = [
  route<{ query: { cursor?: string; limit: number } }>({
    operationId: 'listSites', method: 'get', path: '/api/v1/sites', tag, summary: 'Sites of the subscriber', tenancy: 'subscriber', roles: viewers, query: cursorQuery,
    responses: { 200: answer('A page', pageSchema(ref('Site'))) },
    async handle({ api, subscriberId, query }) {
      const cursor = decodeCursor(query.cursor, [cursorParts.uuid]);
      if (!cursor.ok) return cursor;
      const { items, next } = pageOf(await listSites(api.db, subscriberId, cursor.value.position?.[0], query.limit + 1), query.limit, ({ siteId }) => [siteId]);
      return ok({ status: 200, body: { items: items.map(shownSite), next } });
    },
  }),
  route<SitePath>({
    operationId: 'showSite', method: 'get', path: sitePath, tag, summary: 'One site', tenancy: 'subscriber', roles: viewers, params: siteParams,
    responses: { 200: answer('The site', ref('Site')) },
    async handle({ api, subscriberId, params: { siteId } }) {
      const site = await findSite(api.db, subscriberId, siteId);
      return site === undefined ? noSite(siteId) : ok({ status: 200, body: shownSite(site), version: site.version });
    },
  }),
  route<SitePath & { body: SiteValue }>({
    operationId: 'saveSite', method: 'put', path: sitePath, tag, summary: 'Register a site, or change its policies', tenancy: 'subscriber', roles: admins, params: siteParams, ifMatch: 'optional',
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, required: ['name'], properties: { name: text(200), invalidItemPolicy: { ...policy, default: 'block-order' } } } },
    responses: { 200: answer('Changed', ref('Site')), 201: answer('Registered', ref('Site')) },
    async handle({ api, subscriberId, actor, params: { siteId }, body, ifMatch, commit }) {
      const done = await commit(async (client) => {
        const saved = await saveSite(client, { subscriberId, siteId, actor }, body, ifMatch);
        return saved.ok ? ok({ status: saved.value.fresh ? 201 : 200, body: shownSite(saved.value.site), version: saved.value.site.version }) : saved;
      });
      api.wakeOutbox();
      return done;
    },
  }),
  route<SitePath>({
    operationId: 'listActivations', method: 'get', path: `${sitePath}/activations`, tag, summary: 'Accounts that were ever switched on for a site', tenancy: 'subscriber', roles: viewers, params: siteParams,
    responses: { 200: answer('All of them', object({ items: listOf(ref('Activation')) })) },
    async handle({ api, subscriberId, params: { siteId } }) {
      if (await findSite(api.db, subscriberId, siteId) === undefined) return noSite(siteId);
      return ok({ status: 200, body: { items: (await listActivations(api.db, subscriberId, { siteId })).map(shownActivation) } });
    },
  }),
  route<PlacePath>({
    operationId: 'showActivation', method: 'get', path: placePath, tag, summary: 'Enable, IsLive and settings of an account on a site', tenancy: 'subscriber', roles: viewers, params: placeParams,
    responses: { 200: answer('The activation', ref('Activation')) },
    async handle({ api, subscriberId, params: { siteId, accountId } }) {
      const found = await findActivation(api.db, subscriberId, siteId, accountId);
      return found === undefined ? refuse('not_found', `account ${accountId} was never switched on for site ${siteId}`) : ok({ status: 200, body: shownActivation(found), version: found.version });
    },
  }),
  route<PlacePath & { body: ActivationValue }>({
    operationId: 'switchActivation', method: 'put', path: placePath, tag, summary: 'Switch an account on or off for a site', tenancy: 'subscriber', roles: admins, params: placeParams, ifMatch: 'optional',
    description: 'enabled opens the settings, live lets orders flow; live needs enabled. Going live asks the checklist of the pre-flight first. If-Match is needed once it exists. Switched off, settings and history stay.',
    body: { kind: 'json', schema: {
      type: 'object', additionalProperties: false, required: ['enabled', 'live'],
      properties: { enabled: flag, live: flag, settings: { ...anyObject, default: {}, description: "By the provider's siteSettings schema" }, acceptUnknown: { ...flag, default: false, description: 'Go live although something could not be checked' } },
    } },
    responses: { 200: answer('Switched', ref('Activation')), 201: answer('Switched for the first time', ref('Activation')), 428: { description: 'If-Match is missing (`version_required`)' } },
    async handle({ api, subscriberId, actor, params: { siteId, accountId }, body, ifMatch, commit }) {
      const place = { subscriberId, siteId, accountId };
      const prepared = await prepareSwitch(api, place, body);
      if (!prepared.ok) return prepared;
      const done = await commit(async (client) => {
        const switched = await switchActivation(client, { ...place, actor }, body, ifMatch);
        return switched.ok ? ok({ status: switched.value.fresh ? 201 : 200, body: shownActivation(switched.value.activation), version: switched.value.activation.version }) : switched;
      });
      api.wakeOutbox();
      return done;
    },
  }),
  route<PlacePath & { body: { settings?: Record<string, unknown> } }>({
    operationId: 'preflightActivation', method: 'post', path: `${placePath}/preflight`, tag, summary: 'Checklist before IsLive, with what to fix', tenancy: 'subscriber', roles: operators, params: placeParams,
    idempotencyKey: false, body: { kind: 'json', optional: true, schema: { type: 'object', additionalProperties: false, properties: { settings: { ...anyObject, description: 'Instead of those that are stored' } } } },
    responses: { 200: answer('The checklist', ref('Preflight')) },
    async handle({ api, subscriberId, params: { siteId, accountId }, body }) {
      const account = await findPlace(api, { subscriberId, siteId, accountId });
      if (!account.ok) return account;
      const settings = body.settings ?? (await findActivation(api.db, subscriberId, siteId, accountId))?.settings ?? {};
      const items = await preflight(api, account.value, { siteId, settings });
      return items.ok ? ok({ status: 200, body: { ready: items.value.every(({ result }) => result === 'ok' || result === 'note'), items: items.value } }) : items;
    },
  }),
];
