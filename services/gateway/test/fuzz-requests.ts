import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema, Properties, Route } from '../src/http/route.ts';

/** A request as it goes over the wire. */
export interface FuzzRequest {
  operationId: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

export interface FuzzWorld {
  routes: readonly Route[];
  /** Ids that exist, by the name of a path parameter. */
  known: Readonly<Record<string, readonly string[]>>;
  /** Forms of the provider, for bodies that get far. */
  forms: Readonly<Record<string, JsonSchema>>;
  tokens: readonly string[];
}

const nasty = fc.constantFrom(
  '', ' ', '\0', 'a\0b', '\ud800', '😀', '\u202e', '%', '%00', '%2e%2e', '../../etc/passwd', "'; drop table account; --", '${7*7}', '{{7*7}}', '<script>', '\r\nx: y', '-1', '0', '1e309', '9007199254740993', 'NaN', 'null',
  'true', '__proto__', 'constructor', 'toString', 'a'.repeat(300), '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '2026-02-31T00:00:00Z', '1999-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '2026-01-01T24:00:00Z',
);
const scalar: Arbitrary<unknown> = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 20 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number));
const anything: Arbitrary<unknown> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.oneof(nasty, fc.string({ maxLength: 8 })), scalar, { maxKeys: 3, noNullPrototype: true }), fc.anything({ maxDepth: 3 }));

/** A text that fits a pattern of this API. */
function textOf({ pattern, format, maxLength = 20, minLength = 0 }: { pattern?: string; format?: string; maxLength?: number; minLength?: number }): Arbitrary<unknown> {
  if (pattern?.includes('{3}-[0-9a-f]{12}') === true) return fc.uuid().map((id) => id.toLowerCase());
  if (format === 'date-time') return fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern === '^https?://') return fc.constantFrom('https://api.example.com/v1', 'https://127.0.0.1/', 'http://localhost/', 'https://');
  if (pattern !== undefined) return fc.oneof(fc.constantFrom('acme-press', 'AB-', '1234', ''), nasty);
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) });
}

interface Words { pattern?: string; format?: string; minLength?: number; maxLength?: number; type?: string | string[]; enum?: unknown[]; anyOf?: JsonSchema[]; properties?: Record<string, JsonSchema>; required?: string[]; items?: JsonSchema; minimum?: number; maximum?: number; minItems?: number; maxItems?: number }

const ofType: Readonly<Record<string, (words: Words, forms: Readonly<Record<string, JsonSchema>>) => Arbitrary<unknown>>> = {
  string: (words) => textOf(words),
  integer: ({ minimum = 0, maximum = 1_000 }) => fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items = {}, minItems = 0, maxItems = 4 }, forms) => fc.array(valueOf(items, forms), { minLength: minItems, maxLength: Math.min(maxItems, 4) }),
  object: (words, forms) => objectOf(words, forms),
};

/** Mostly values that fit a schema; now and then ones that do not. */
function valueOf(schema: JsonSchema, forms: Readonly<Record<string, JsonSchema>> = {}, name = ''): Arbitrary<unknown> {
  const form = forms[name];
  if (form !== undefined) return valueOf(form);
  const words = schema as Words;
  const fitting = (): Arbitrary<unknown> => {
    if (words.enum !== undefined) return fc.constantFrom(...words.enum);
    if (words.anyOf !== undefined) return fc.oneof(...words.anyOf.map((one) => valueOf(one, forms, name)));
    return ofType[[words.type].flat()[0] ?? '']?.(words, forms) ?? anything;
  };
  return fc.oneof({ weight: 12, arbitrary: fitting() }, { weight: 1, arbitrary: anything });
}

function objectOf({ properties = {}, required = [] }: Words, forms: Readonly<Record<string, JsonSchema>>): Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, forms, name)]));
  const known = fc.record(members, { requiredKeys: required.filter((name) => Object.hasOwn(members, name)) });
  return fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: known.chain((value) => fc.tuple(nasty, anything).map(([key, extra]) => ({ ...value, [key]: extra }))) });
}

/** What fast-check makes of "anything" has no text sometimes, and no JSON. */
function jsonFor(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)) ?? '';
  } catch {
    return '{}';
  }
}

function textFor(value: unknown): string {
  return (typeof value === 'string' ? value : jsonFor(value)).toWellFormed();
}

function pathOf(route: Route, { known }: FuzzWorld): Arbitrary<string> {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...(known[name] ?? ['x'])) }, { weight: 2, arbitrary: valueOf(route.params?.[name] ?? {}) }, { weight: 1, arbitrary: nasty }));
  return fc.tuple(...values).map((chosen) => {
    let index = 0;
    return route.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(textFor(chosen[index++])));
  });
}

function queryOf(properties: Properties = {}): Arbitrary<string> {
  const members = Object.entries(properties).map(([name, schema]) => fc.option(valueOf(schema).map((value) => [value].flat().map((one) => `${name}=${encodeURIComponent(textFor(one))}`).join('&')), { freq: 2, nil: '' }));
  const extra = fc.oneof({ weight: 10, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom('x=1', 'limit=5&limit=6', 'cursor=W10', 'cursor=%00', '%zz=1', 'a[b]=c', '=', '&&', 'limit=1e3', 'limit=1e309', 'limit=-Infinity', 'limit=', 'cursor=WyIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ') });
  return fc.tuple(...members, extra).map((parts) => parts.filter((part) => part !== '').join('&'));
}

const brokenBodies: Arbitrary<string | Buffer> = fc.oneof(
  fc.constantFrom('', '{', '[]', 'null', '"x"', '42', '{"a":1}{', '\u{feff}{}', '{"__proto__": {"a": 1}}', '[[[[[[', '{"a":'.repeat(5_000), `${'['.repeat(50_000)}${']'.repeat(50_000)}`, `{"settings":${'{"a":'.repeat(60)}1${'}'.repeat(61)}`),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)), fc.constant(Buffer.alloc(300_000, 'x')),
);

function bodyOf(route: Route, { forms }: FuzzWorld): Arbitrary<{ body: string | Buffer | undefined; type: string | undefined }> {
  const { body } = route;
  if (body === undefined) return fc.constantFrom({ body: undefined, type: undefined }, { body: '{}', type: 'application/json' });
  if (body.kind === 'json') {
    const valid = valueOf(body.schema, forms).map((value) => ({ body: jsonFor(value), type: 'application/json' }));
    const broken = brokenBodies.map((bytes) => ({ body: bytes, type: 'application/json' }));
    const types = fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x', 'x', 'application/x-www-form-urlencoded');
    return fc.oneof({ weight: 8, arbitrary: valid }, { weight: 1, arbitrary: broken }, { weight: 1, arbitrary: fc.tuple(valid, types).map(([made, type]) => ({ ...made, type })) });
  }
  const cell = fc.oneof(fc.uuid(), nasty, fc.constantFrom('true', 'no', '"', '"x', 'a,b'));
  const csv = fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }).map((rows) => ['entityId,externalId,active', ...rows.map((row) => row.join(','))].join('\n'));
  return fc.oneof(csv.map((text) => ({ body: text, type: 'text/csv' })), brokenBodies.map((bytes) => ({ body: bytes, type: 'text/csv' })));
}

const headerText = fc.oneof(fc.constantFrom('"1764000000"', '"1"', '*', 'W/"3"', '""', '"1", "2"', '"99999999999999999999"', 'x'), fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'X', 'Y', 'Z', '0', '1', '9', '-', '_', '"', '*', '/', ' ', '='), maxLength: 12 }));

function headersOf({ tokens }: FuzzWorld): Arbitrary<Record<string, string>> {
  const token = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...tokens).map((one) => `Bearer ${one}`) }, { weight: 1, arbitrary: fc.constantFrom('Bearer', 'Bearer x.y.z', 'Basic YTpi', 'bearer  ') });
  return fc.record({
    authorization: token, 'if-match': headerText, 'idempotency-key': fc.oneof(fc.uuid(), headerText), origin: fc.constantFrom('https://evil.example', 'null'), traceparent: headerText,
    'content-encoding': fc.constantFrom('gzip', 'identity'), accept: fc.constant('*/*'),
  }, { requiredKeys: ['authorization'] }).map((headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-encoding' || headers.accept === undefined).map(([name, value]) => [name, value.trim() === '' ? 'x' : value.trim()])));
}

/** Requests over every route: such that are carried out, such that nearly are, and rubbish. */
export function requests(world: FuzzWorld): Arbitrary<FuzzRequest> {
  return fc.oneof(...world.routes.map((route) => fc.record({
    path: pathOf(route, world), query: queryOf(route.query), sent: bodyOf(route, world), headers: headersOf(world),
    method: fc.oneof({ weight: 30, arbitrary: fc.constant(route.method.toUpperCase()) }, { weight: 1, arbitrary: fc.constantFrom('DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PUT') }),
  }).map(({ path, query, sent: { body, type }, headers, method }) => ({
    operationId: route.operationId, method, path: query === '' ? path : `${path}?${query}`, headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
    body: ['HEAD', 'TRACE', 'OPTIONS'].includes(method) ? undefined : body,
  }))));
}
