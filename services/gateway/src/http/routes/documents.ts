import { ok } from '@pes/kernel';
import { docsPage, docsStyleSource } from '../docs-page.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { route, type Route } from '../route.ts';
import { anyObject } from '../schemas.ts';

/** The document describes these two as well, so they get it when they are asked. */
export function documentRoutes(document: () => OpenApiDocument): Route[] {
  return [
    route({
      operationId: 'showOpenApi', method: 'get', path: '/api/v1/openapi.json', tag: 'Documents', summary: 'This API as an OpenAPI 3.1 document', tenancy: 'everybody', roles: [],
      responses: { 200: { description: 'The document', schema: anyObject } },
      handle: async () => ok({ status: 200, body: document() }),
    }),
    route({
      operationId: 'showDocs', method: 'get', path: '/api/v1/docs', tag: 'Documents', summary: 'This API for people', tenancy: 'everybody', roles: [],
      responses: { 200: { description: 'A page', contentType: 'text/html; charset=utf-8' } },
      handle: async () => ok({
        status: 200, body: docsPage(document()), contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': `default-src 'none';style-src ${docsStyleSource};base-uri 'none';form-action 'none';` },
      }),
    }),
  ];
}
