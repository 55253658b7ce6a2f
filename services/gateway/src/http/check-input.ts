import type { IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '@pes/kernel';
import { Ajv, type ValidateFunction } from 'ajv';
import * as ajvFormats from 'ajv-formats';
import { fieldProblem } from '../field-problem.ts';
import { troubleOf, type Trouble } from './problem.ts';
import { isStorableText, mediaType, parseJsonBody, readBytes } from './read-body.ts';
import { refuseFields, type FieldProblem } from '../domain/refusal.ts';
import type { Api } from '../api.ts';
import type { Input, Properties, Route } from './route.ts';

const options = { allErrors: true, strict: true, useDefaults: true, verbose: true } as const;
const texts = new Ajv({ ...options, coerceTypes: 'array' });
const bodies = new Ajv(options);
for (const ajv of [texts, bodies]) ajvFormats.default.default(ajv, ['date-time']);

type Check = (value: unknown, root: string) => FieldProblem[];

function checkOf(validate: ValidateFunction): Check {
  return (value, root) => (validate(value) ? [] : (validate.errors ?? []).map((error) => fieldProblem(error, root)));
}

function textCheck(properties: Properties | undefined, required: readonly string[]): Check {
  const check = checkOf(texts.compile({ type: 'object', additionalProperties: false, properties: properties ?? {}, required }));
  return (value, root) => [...check(value, root), ...infinite(value as Record<string, unknown>, root)];
}

/** ajv makes Infinity of 1e309 and then holds it against no bound. */
function infinite(values: Record<string, unknown>, root: string): FieldProblem[] {
  return Object.entries(values).filter(([, value]) => typeof value === 'number' && !Number.isFinite(value)).map(([name]) => ({ field: `${root}.${name}`, message: 'must be a number that exists' }));
}

/** Names given more than once become lists; whether one may be is for the schema. */
function readQuery(search: URLSearchParams): Record<string, unknown> {
  const query = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    query[name] = values.length === 1 ? values[0] : values;
  }
  return query;
}

function unstorableTexts(values: Record<string, unknown>, root: string): FieldProblem[] {
  return Object.entries(values).filter(([name, value]) => !isStorableText(name) || [value].flat().some((text) => typeof text === 'string' && !isStorableText(text)))
    .map(() => ({ field: root, message: 'holds a NUL or half of a surrogate pair: remove it' }));
}

/** The text after the question mark. */
export function queryOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

export type CheckInput = (api: Api, request: IncomingMessage, params: Record<string, string>) => Promise<Result<Input, Trouble>>;

/**
 * Compiles the checks of a route, at start. Path and query are checked together and before the body is read; all errors are listed, each
 * with its field and the fix.
 */
export function createInputCheck(route: Route): CheckInput {
  const checkParams = textCheck(route.params, Object.keys(route.params ?? {}));
  const checkQuery = textCheck(route.query, route.requiredQuery ?? []);
  const readBody = createBodyReader(route);

  return async (api, request, params) => {
    const query = route.anyQuery === true ? {} : readQuery(new URLSearchParams(queryOf(request)));
    const given = { ...params };
    const problems = [
      ...unstorableTexts(given, 'path'), ...unstorableTexts(query, 'query'), ...checkParams(given, 'path'), ...checkQuery(query, 'query'),
    ];
    if (problems.length > 0) return fail(troubleOf(refuseFields(problems).error));
    const body = await readBody(api, request);
    return body.ok ? ok({ params: given, query, body: body.value }) : body;
  };
}

function createBodyReader({ body }: Route): (api: Api, request: IncomingMessage) => Promise<Result<unknown, Trouble>> {
  switch (body?.kind) {
    case undefined:
      return async () => ok(undefined);
    case 'bytes':
      return (api, request) => readBytes(request, body.maxBytes(api));
    case 'stream':
      return async (_api, request) => expectType(request, [body.contentType]) ?? ok(undefined);
    case 'json':
      return createJsonReader(checkOf(bodies.compile(body.schema)), body.optional === true);
  }
}

function createJsonReader(check: Check, optional: boolean): (api: Api, request: IncomingMessage) => Promise<Result<unknown, Trouble>> {
  return async (api, request) => {
    const bytes = await readBytes(request, api.config.BODY_MAX_KB * 1024);
    if (!bytes.ok) return bytes;
    if (optional && bytes.value.length === 0) return checked({});
    const refused = expectType(request, ['application/json']);
    if (refused !== undefined) return refused;
    const parsed = parseJsonBody(bytes.value);
    return parsed.ok ? checked(parsed.value) : parsed;
  };

  function checked(value: unknown): Result<unknown, Trouble> {
    const problems = check(value, 'body');
    return problems.length === 0 ? ok(value) : fail(troubleOf(refuseFields(problems).error));
  }
}

function expectType(request: IncomingMessage, types: readonly string[]): { ok: false; error: Trouble } | undefined {
  const type = mediaType(request);
  if (type !== undefined && types.includes(type)) return undefined;
  return fail({ code: 'unsupported_media_type', detail: `send the body as ${types.join(' or ')} and say so in content-type` });
}
