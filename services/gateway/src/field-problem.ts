import type { ErrorObject } from 'ajv';
import type { FieldProblem } from './domain/refusal.ts';

/**
 * What ajv says, as a complaint that names the field and the fix. `root` goes before the path. Never shows a value; of a schema it shows
 * only what is allowed. Needs the option `verbose`.
 */
export function fieldProblem(error: ErrorObject, root = ''): FieldProblem {
  const path = [root, ...error.instancePath.slice(1).split('/').map(unescapePointer)].filter((part) => part !== '').join('.');
  const below = (name: unknown): string => [path, String(name)].filter((part) => part !== '').join('.');
  const { keyword, params, parentSchema } = error;
  if (keyword === 'required') return { field: below(params['missingProperty']), message: `is missing${hintOf(propertyOf(error, String(params['missingProperty'])))}` };
  if (keyword === 'additionalProperties') return { field: below(shortName(params['additionalProperty'])), message: `is not known; known are ${knownNames(error).join(', ')}` };
  return { field: path === '' ? 'the request' : path, message: `${ruleOf(error)}${hintOf(keyword === 'enum' ? undefined : parentSchema)}` };
}

function ruleOf(error: ErrorObject): string {
  switch (error.keyword) {
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}`;
    case 'type':
      return `must be ${typeWords(error)}`;
    case 'pattern':
    case 'format':
      return wordsOf(error) ?? error.message ?? 'is not valid';
    case 'propertyNames':
      return 'has a member with a name that is not allowed';
    default:
      return error.message ?? 'is not valid';
  }
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

const longestName = 60;

/** The name of an unknown member is the caller's own text, so it is cut. */
function shortName(name: unknown): string {
  const text = String(name);
  return text.length > longestName ? `${text.slice(0, longestName)}…` : text;
}

const words: Readonly<Record<string, string>> = {
  string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null',
};

function typeWords(error: ErrorObject): string {
  const type: unknown = error.params['type'];
  const types = Array.isArray(type) ? type : String(type).split(',');
  return types.map((name) => words[String(name)] ?? String(name)).join(' or ');
}

/** What a pattern means in words, from the schema's `$comment`. */
function wordsOf(error: ErrorObject): string | undefined {
  const comment = (error.parentSchema as { $comment?: unknown } | undefined)?.$comment;
  return typeof comment === 'string' ? `must be ${comment}` : undefined;
}

function hintOf(schema: unknown): string {
  const description = (schema as { description?: unknown } | undefined)?.description;
  return typeof description === 'string' && description !== '' ? `. ${description}` : '';
}

function propertyOf(error: ErrorObject, name: string): unknown {
  return (error.parentSchema as { properties?: Record<string, unknown> } | undefined)?.properties?.[name];
}

function knownNames(error: ErrorObject): string[] {
  const names = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  return names.length === 0 ? ['none'] : names;
}
