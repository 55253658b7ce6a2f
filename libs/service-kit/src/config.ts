import { fail, ok, type Result } from '@pes/kernel';
import { Ajv, type ValidateFunction } from 'ajv';
import * as ajvFormats from 'ajv-formats';
import { describeProblems } from './config-problem.ts';

export interface ConfigProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  /** What it is for; shown when it is wrong. */
  readonly description?: string;
  /** The first one is shown when it is wrong. */
  readonly examples?: readonly string[];
  readonly default?: string | number | boolean;
  /** The value never appears in an error. */
  readonly 'x-secret'?: boolean;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A JSON Schema over environment variables, written `as const` so that the type of the configuration follows from it. */
export interface ConfigSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ConfigProperty>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

type Properties<S extends ConfigSchema> = S['properties'];

type PresentName<S extends ConfigSchema> = {
  [N in keyof Properties<S>]: Properties<S>[N] extends { readonly default: unknown } ? N : N extends NonNullable<S['required']>[number] ? N : never;
}[keyof Properties<S>];

interface TypeOf {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
}

type Value<P extends ConfigProperty> = P extends { readonly enum: readonly (infer V)[] } ? V : TypeOf[P['type']];

/**
 * The configuration that a schema yields: defaulted and required properties are present, the others optional.
 * Variables are flat, so this small mapping is enough; json-schema-to-ts on a schema of this size overruns the compiler where S is still generic.
 */
export type Config<S extends ConfigSchema> = { readonly [N in PresentName<S>]: Value<Properties<S>[N]> } & {
  readonly [N in Exclude<keyof Properties<S>, PresentName<S>>]?: Value<Properties<S>[N]>;
};

/**
 * Reads the variables that the schema names (text becomes numbers and booleans, unset and empty ones their default) and ignores all others.
 * Fails with one line per problem, all at once; a line names the variable, what is wrong and an example, never the value of a secret.
 */
export function loadConfig<const S extends ConfigSchema>(schema: S, env: NodeJS.ProcessEnv): Result<Config<S>, string[]> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema.properties)) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') values[name] = value;
  }
  const given = { ...values };
  const check = compile(schema);
  if (check(values)) return ok(values as Config<S>);
  return fail(describeProblems(schema, given, check.errors ?? []));
}

function compile(schema: ConfigSchema): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: true });
  ajvFormats.default.default(ajv);
  ajv.addVocabulary(['x-secret']);
  return ajv.compile(schema);
}
