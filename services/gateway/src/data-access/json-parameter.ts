/**
 * A list as one JSON parameter for json_to_recordset. NUL and unpaired surrogates cannot be stored as text; a dead letter may well hold
 * them, since they can be why it is one, so they become the replacement character. Its body is base64 and stays exact.
 */
export function jsonParameter(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\uFFFD') : part));
}
