import type { JsonSchema, Properties, ResponseSpec } from './route.ts';

/** Pieces of the schemas of the API. */
export const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', $comment: 'a UUID in lower case' } as const;
export const time = { type: 'string', format: 'date-time', pattern: String.raw`^(19|20)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$`, $comment: 'a UTC time such as 2026-05-04T08:00:00Z' } as const;
export const provider = { type: 'string', pattern: '^[a-z][a-z0-9-]{1,30}$', $comment: 'the key of a provider, such as shipstation' } as const;
export const flag = { type: 'boolean' } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const anyObject = { type: 'object', additionalProperties: true } as const;

export function text(maxLength: number, description?: string): JsonSchema {
  return { type: 'string', minLength: 1, maxLength, ...(description !== undefined && { description }) };
}

export function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** Every property is required, but for the optional ones; nothing else may be there. */
export function object(properties: Properties, optional: readonly string[] = []): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function answer(description: string, schema: JsonSchema): ResponseSpec {
  return { description, schema };
}

/** See pageOf. */
export function pageSchema(items: JsonSchema, more: Properties = {}): JsonSchema {
  return object({ items: listOf(items), next: { type: ['string', 'null'], description: 'Cursor of the next page; null after the last one' }, ...more });
}
