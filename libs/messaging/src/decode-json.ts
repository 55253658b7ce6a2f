import type { FailureCode, Validator } from '@pes/contracts';
import type { Decoded, RawMessage } from './consume-types.ts';

const decoder = new TextDecoder();

/** JSON text → value, or the reason why not. */
export function parseJson(body: Uint8Array): { ok: true; value: unknown; text: string } | { ok: false; code: FailureCode; errors: string[] } {
  const text = decoder.decode(body);
  try {
    return { ok: true, value: JSON.parse(text), text };
  } catch (error) {
    return { ok: false, code: 'not_json', errors: [error instanceof Error ? error.message : 'not JSON'] };
  }
}

/** The usual decode step: JSON that fits a schema. */
export function decodeJson<T>(validate: Validator<T>): (message: RawMessage) => Decoded<T> {
  return ({ body }) => {
    const parsed = parseJson(body);
    if (!parsed.ok) return parsed;
    const valid = validate(parsed.value);
    return valid.ok ? valid : { ok: false, code: 'schema_violation', errors: valid.errors };
  };
}
