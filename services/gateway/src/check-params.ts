import { fail, ok, type Result } from '@pes/kernel';
import { Ajv, type ErrorObject } from 'ajv';

const ajv = new Ajv({ allErrors: true, strict: true, useDefaults: true, verbose: true });

export type ParamsCheck<T> = (value: unknown) => Result<T, string[]>;

/**
 * Compiles the check of a request's parameters, which must describe T. At start, never per request. Nothing but the given properties may
 * be there, so that a misspelt filter is not taken for none. The errors name the field and what it may be.
 */
export function checkParams<T>(properties: object, required: readonly string[] = []): ParamsCheck<T> {
  const check = ajv.compile<T>({ type: 'object', additionalProperties: false, properties, required });
  return (value) => (check(value) ? ok(value) : fail([...new Set((check.errors ?? []).map(complaint))]));
}

function complaint(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const field = (name: unknown): string => [path, String(name)].filter((part) => part !== '').join('.');
  switch (error.keyword) {
    case 'required':
      return `${field(error.params['missingProperty'])} is missing`;
    case 'additionalProperties':
      return `${field(error.params['additionalProperty'])} is not known; known are ${knownNames(error).join(', ')}`;
    case 'enum':
      return `${path} must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}`;
    default:
      return `${path === '' ? 'the request' : path} ${error.message ?? 'is not valid'}`;
  }
}

function knownNames(error: ErrorObject): string[] {
  return Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
}
