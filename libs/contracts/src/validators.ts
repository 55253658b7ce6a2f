import { readFileSync, readdirSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { AllContracts } from './generated/types.ts';

export type SchemaName = keyof AllContracts;
export type Contract<N extends SchemaName> = NonNullable<AllContracts[N]>;
export type Validation<T> = { ok: true; value: T } | { ok: false; errors: string[] };
export type Validator<T> = (value: unknown) => Validation<T>;

interface JsonSchema { $id: string; examples?: unknown[] }

const schemaDir = new URL('../schemas/', import.meta.url);
const baseUri = 'https://schemas.pressero.example/embedded-services/';

function readSchemas(): Map<SchemaName, JsonSchema> {
  const files = readdirSync(schemaDir).filter((name) => name.endsWith('.json'));
  return new Map(files.map((name) => [
    name.slice(0, -'.json'.length) as SchemaName,
    JSON.parse(readFileSync(new URL(name, schemaDir), 'utf8')) as JsonSchema,
  ]));
}

/** Every schema by name, as published. */
export const schemas: ReadonlyMap<SchemaName, JsonSchema> = readSchemas();

function newAjv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({ allErrors, strict: true, allowUnionTypes: true });
  for (const schema of schemas.values()) ajv.addSchema(schema);
  return ajv;
}

// Two instances: the hot path stops at the first error (0.07 µs a check); only a message that already failed pays for the full list.
const firstError = newAjv(false);
const everyError = newAjv(true);

function compiled(ajv: Ajv2020, name: SchemaName): ValidateFunction {
  const check = ajv.getSchema(`${baseUri}${name}.json`);
  if (check === undefined) throw new Error(`no schema is called ${name}`);
  return check;
}

/** At most 50 lines such as "/order/items/0/quantity must be >= 1", field first. */
function describe(check: ValidateFunction): string[] {
  const lines = (check.errors ?? []).map((error) => {
    const extra = Array.isArray(error.params.allowedValues) ? `: ${error.params.allowedValues.join(', ')}` : '';
    return `${error.instancePath === '' ? '/' : error.instancePath} ${error.message ?? 'is not valid'}${extra}`;
  });
  return [...new Set(lines)].slice(0, 50);
}

/**
 * Compiles the check for one schema. Call it when a process starts, never per message: compiling costs milliseconds.
 * The answer is a value, not an exception: a message that breaks its schema is expected and goes to DEAD.
 */
export function validator<N extends SchemaName>(name: N): Validator<Contract<N>> {
  const fast = compiled(firstError, name);
  const full = compiled(everyError, name);
  return (value) => {
    if (fast(value)) return { ok: true, value: value as Contract<N> };
    full(value);
    return { ok: false, errors: describe(full) };
  };
}
