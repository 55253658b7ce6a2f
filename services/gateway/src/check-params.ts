import { fail, ok, type Result } from '@pes/kernel';
import { Ajv } from 'ajv';
import * as ajvFormats from 'ajv-formats';
import { fieldProblem } from './field-problem.ts';

const ajv = new Ajv({ allErrors: true, strict: true, useDefaults: true, verbose: true });
ajvFormats.default.default(ajv, ['date-time']);

export type ParamsCheck<T> = (value: unknown) => Result<T, string[]>;

/**
 * Compiles the check of a request's parameters, which must describe T. At start, never per request. Nothing but the given properties may
 * be there, so that a misspelt filter is not taken for none. The errors name the field and what it may be.
 */
export function checkParams<T>(properties: object, required: readonly string[] = []): ParamsCheck<T> {
  const check = ajv.compile<T>({ type: 'object', additionalProperties: false, properties, required });
  return (value) => (check(value) ? ok(value) : fail([...new Set((check.errors ?? []).map((error) => {
    const { field, message } = fieldProblem(error);
    return `${field} ${message}`;
  }))]));
}
