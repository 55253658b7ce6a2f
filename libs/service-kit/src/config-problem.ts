import type { ErrorObject } from 'ajv';
import type { ConfigProperty, ConfigSchema } from './config.ts';

/** One line per variable and complaint, in the order of the schema. `given` holds the texts before coercion. */
export function describeProblems(schema: ConfigSchema, given: Record<string, unknown>, errors: readonly ErrorObject[]): string[] {
  const byName = new Map<string, string[]>();
  for (const error of errors) {
    const name = nameOf(error);
    const property = schema.properties[name] ?? { type: 'string' };
    const line = `${name} ${complaint(error, property)}${shownValue(error, property, given[name])}.${hint(name, property)}`;
    byName.set(name, [...(byName.get(name) ?? []), line]);
  }
  const order = [...Object.keys(schema.properties), ...byName.keys()];
  return [...new Set(order)].flatMap((name) => byName.get(name) ?? []);
}

function nameOf(error: ErrorObject): string {
  if (error.keyword === 'required') return (error.params as { missingProperty: string }).missingProperty;
  return error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

const typeNames = { string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false' };

function complaint(error: ErrorObject, property: ConfigProperty): string {
  switch (error.keyword) {
    case 'required':
      return 'is not set';
    case 'type':
      return `must be ${typeNames[property.type]}`;
    case 'enum':
      return `must be one of ${(property.enum ?? []).join(', ')}`;
    case 'minimum':
      return `must be at least ${String(property.minimum)}`;
    case 'maximum':
      return `must be at most ${String(property.maximum)}`;
    case 'minLength':
      return `must have at least ${String(property.minLength)} characters`;
    case 'maxLength':
      return `must have at most ${String(property.maxLength)} characters`;
    case 'pattern':
      return `must match ${String(property.pattern)}`;
    default:
      return error.message ?? 'is not valid';
  }
}

const shownCharacters = 80;

/** Secrets are left out, and so is whatever stands before the @ of an address. */
function shownValue(error: ErrorObject, property: ConfigProperty, value: unknown): string {
  if (error.keyword === 'required' || property['x-secret'] === true || typeof value !== 'string') return '';
  const masked = value.replaceAll(/\/\/[^/@\s]*@/g, '//***@');
  const shown = masked.length > shownCharacters ? `${masked.slice(0, shownCharacters)}…` : masked;
  return `, but is ${JSON.stringify(shown)}`;
}

function hint(name: string, property: ConfigProperty): string {
  const description = property.description === undefined ? '' : ` ${property.description}.`;
  const example = property.examples?.[0] ?? property.default ?? property.enum?.[0];
  return example === undefined ? description : `${description} Example: ${name}=${String(example)}`;
}
