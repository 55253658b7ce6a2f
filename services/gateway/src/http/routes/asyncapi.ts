import { ok } from '@pes/kernel';
import { asyncApiDocument, type AsyncApiDocument } from '../asyncapi.ts';
import { asyncApiPage } from '../asyncapi-page.ts';
import { docsStyleSource } from '../docs-page.ts';
import { route, type Route } from '../route.ts';
import { anyObject } from '../schemas.ts';

let made: AsyncApiDocument | undefined;
const document = (): AsyncApiDocument => (made ??= asyncApiDocument());

export const asyncApiRoutes: readonly Route[] = [
  route({
    operationId: 'showAsyncApi', method: 'get', path: '/api/v1/asyncapi.json', tag: 'Documents', summary: 'The messages as an AsyncAPI 3.0 document', tenancy: 'everybody', roles: [],
    responses: { 200: { description: 'The document', schema: anyObject } },
    handle: async () => ok({ status: 200, body: document() }),
  }),
  route({
    operationId: 'showMessages', method: 'get', path: '/api/v1/asyncapi', tag: 'Documents', summary: 'The messages for people', tenancy: 'everybody', roles: [],
    responses: { 200: { description: 'A page', contentType: 'text/html; charset=utf-8' } },
    handle: async () => ok({
      status: 200, body: asyncApiPage(document()), contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': `default-src 'none';style-src ${docsStyleSource};base-uri 'none';form-action 'none';` },
    }),
  }),
];
