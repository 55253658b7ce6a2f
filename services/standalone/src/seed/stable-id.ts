import { createHash } from 'node:crypto';

/** The same UUID for the same words, on every machine: demo data that can be made again instead of being kept. */
export function stableId(...words: (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  // Version 8 (RFC 9562): the bits follow a rule of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
