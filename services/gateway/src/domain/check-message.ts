import { validator } from '@pes/contracts';
import { fail, ok, type Result } from '@pes/kernel';
import { contractSchemas, messageContract } from './message-contract.ts';

const checks = new Map(contractSchemas.map((name) => [name, validator(name)]));

export interface ReadableMessage {
  /** Compact JSON. */
  json: string;
  /** CloudEvents type that belongs to the subject. */
  type: string;
}

/** Would the readers of this subject read this text? Fails with every complaint. */
export function checkMessage(subject: string, text: string): Result<ReadableMessage, string[]> {
  const contract = messageContract(subject);
  const check = contract === undefined ? undefined : checks.get(contract.schema);
  if (contract === undefined || check === undefined) return fail([`nothing is known about messages on ${subject}, so they cannot be checked`]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail([`it is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`]);
  }
  const valid = check(value);
  return valid.ok ? ok({ json: JSON.stringify(value), type: contract.type }) : fail(valid.errors);
}
