import { ok } from '@pes/kernel';
import { isEntitled, listEntitlements } from '../../data-access/entitlements.sql.ts';
import { refuse } from '../../domain/refusal.ts';
import { route, viewers, type Route } from '../route.ts';
import { anyObject, answer, listOf, object, provider, ref } from '../schemas.ts';

const mostEntitlements = 500;

export const providerSchema = { type: 'object', additionalProperties: true, required: ['provider', 'displayName', 'version', 'capabilities', 'schemas', 'mappings'], properties: {
  provider, displayName: { type: 'string' }, version: { type: 'string' }, capabilities: anyObject, mappings: listOf(anyObject),
  schemas: { ...anyObject, description: 'JSON Schemas of the forms; x-secret marks what is never shown again' },
}, description: 'What the connector of a provider announced: capabilities, forms, mappings.' };

export const providerRoutes: readonly Route[] = [
  route({
    operationId: 'listProviders', method: 'get', path: '/api/v1/providers', tag: 'Providers', summary: 'Providers that the subscriber may use', tenancy: 'either',
    roles: [...viewers, 'sre'], description: 'Those whose connectors have announced themselves.',
    responses: { 200: answer('The providers', object({ items: listOf(ref('Provider')) })) },
    async handle({ api, scope }) {
      const all = await api.providers.all();
      const allowed = scope.subscriberId === null ? undefined : new Set((await listEntitlements(api.db, scope, undefined, mostEntitlements)).map((entitlement) => entitlement.provider));
      return ok({ status: 200, body: { items: all.map(({ manifest }) => manifest).filter((manifest) => allowed?.has(manifest.provider) ?? true) } });
    },
  }),
  route<{ params: { provider: string } }>({
    operationId: 'showProvider', method: 'get', path: '/api/v1/providers/{provider}', tag: 'Providers', summary: 'One provider with its forms', tenancy: 'either',
    roles: [...viewers, 'sre'], params: { provider },
    responses: { 200: answer('The provider', ref('Provider')) },
    async handle({ api, scope, params }) {
      const found = await api.providers.find(params.provider);
      const allowed = scope.subscriberId === null || await isEntitled(api.db, scope.subscriberId, params.provider);
      return found === undefined || !allowed ? refuse('not_found', `there is no provider ${params.provider} that this subscriber may use`) : ok({ status: 200, body: found.manifest });
    },
  }),
];
