import { problemKinds, problemSchema, type ProblemCode } from './problem.ts';
import type { JsonSchema, Properties, Route } from './route.ts';
import { takesKey } from './idempotency.ts';
import { ref } from './schemas.ts';

const problemBody = { 'application/problem+json': { schema: ref('Problem') } };

/** Which problems an operation can answer, besides those that it names itself. */
function problemsOf(route: Route): ProblemCode[] {
  const hasInput = route.params !== undefined || route.query !== undefined || route.body !== undefined || route.ifMatch !== undefined || takesKey(route);
  const changes = route.method !== 'get';
  return [
    'bad_request', 'rate_limited', 'internal', 'invalid',
    ...(route.body === undefined ? [] : ['bad_json', 'too_large', 'unsupported_media_type'] as const),
    ...(route.tenancy === 'everybody' ? [] : ['unauthenticated', 'forbidden'] as const),
    ...(route.params === undefined ? [] : ['not_found'] as const),
    ...(changes && hasInput ? ['conflict', 'not_found', 'unavailable'] as const : []),
    ...(route.ifMatch === undefined ? [] : ['version_mismatch'] as const),
    ...(route.ifMatch === 'required' ? ['version_required'] as const : []),
  ];
}

function responsesOf(route: Route): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const code of problemsOf(route)) {
    const { status } = problemKinds[code];
    const codes = Object.entries(problemKinds).filter(([, kind]) => kind.status === status).map(([name, { title }]) => `${title} (\`${name}\`)`);
    responses[status] = { description: codes.join('. '), content: problemBody };
  }
  for (const [status, { description, schema, contentType }] of Object.entries(route.responses)) {
    const type = contentType ?? (Number(status) >= 400 ? 'application/problem+json' : 'application/json');
    const content = schema !== undefined || contentType !== undefined ? { [type]: schema === undefined ? {} : { schema: published(schema) } } : Number(status) >= 400 ? problemBody : undefined;
    responses[status] = { description, ...(content !== undefined && { content }) };
  }
  return responses;
}

/** Words of ours that no reader of the document needs. */
function published(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === '$comment' ? undefined : value))) as JsonSchema;
}

function parameters(place: 'path' | 'query', properties: Properties | undefined, required: readonly string[]): object[] {
  return Object.entries(properties ?? {}).map(([name, schema]) => {
    const { description, ...rest } = published(schema);
    return { name, in: place, required: place === 'path' || required.includes(name), schema: rest, ...(description !== undefined && { description }) };
  });
}

function headerParameters(route: Route): object[] {
  return [
    ...(route.ifMatch === undefined ? [] : [{ name: 'If-Match', in: 'header', required: route.ifMatch === 'required', schema: { type: 'string' }, description: 'ETag of the version that is changed' }]),
    ...(takesKey(route) ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', minLength: 1, maxLength: 200 }, description: 'The same key and request within 24 hours get the first answer again' }] : []),
  ];
}

function bodyOf({ body }: Route): object | undefined {
  switch (body?.kind) {
    case undefined:
      return undefined;
    case 'json':
      return { required: body.optional !== true, content: { 'application/json': { schema: published(body.schema) } } };
    case 'bytes':
      return { required: false, content: { '*/*': {} } };
    case 'stream':
      return { required: true, content: { [body.contentType]: {} } };
  }
}

const tenancyWords: Readonly<Record<Route['tenancy'], string>> = {
  everybody: 'No token needed.', subscriber: "Of the token's subscriber.", either: "Of the token's subscriber; of all with role `sre`.", platform: 'Of the whole platform.',
};

function operationOf(route: Route): object {
  const requestBody = bodyOf(route);
  const rights = route.tenancy === 'everybody' ? tenancyWords.everybody : `${tenancyWords[route.tenancy]} Roles: ${route.roles.join(', ')}.`;
  return {
    operationId: route.operationId, tags: [route.tag], summary: route.summary, description: [route.description, rights].filter((part) => part !== undefined).join('\n\n'),
    security: route.tenancy === 'everybody' ? [] : [{ token: [] }],
    parameters: [...parameters('path', route.params, []), ...parameters('query', route.query, route.requiredQuery ?? []), ...headerParameters(route)],
    ...(requestBody !== undefined && { requestBody }),
    responses: responsesOf(route),
  };
}

export interface OpenApiDocument {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, object>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: object };
}

/** The whole API as an OpenAPI 3.1 document, from the same objects that serve it. */
export function openApiDocument(routes: readonly Route[], schemas: Readonly<Record<string, JsonSchema>>): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pressero Embedded Services', version: '1.0.0',
      description: 'Accounts at production and fulfilment systems, the sites that they serve, and what operators do about orders that did not arrive. '
        + 'Failures are problem documents (RFC 9457) with a stable `code`. Lists give a `next` cursor. Credentials are written, never read.',
    },
    paths,
    components: {
      schemas: Object.fromEntries([...Object.entries(schemas), ['Problem', problemSchema] as const].map(([name, schema]) => [name, published(schema)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Claims: sub, roles, subscriberId, exp' } },
    },
  };
}
