import { keyBytes } from './key-ring.ts';
import { nonceBytes, tagBytes } from './aes-gcm.ts';

/**
 * A sealed record, base64url without padding:
 *
 *   format (1 byte, 1) | length of key id (1) | key id | wrapped data key (60) | sealed credentials (28 + n)
 *
 * Both boxes are nonce (12) | ciphertext | tag (16). The wrapped key is bound to format, key id and owner; the credentials are bound to
 * format and owner only, so that rotation replaces the first box and leaves the second as it is.
 */
export interface SealedRecord {
  keyId: string;
  wrappedKey: Buffer;
  box: Buffer;
}

export const format = 1;
const wrappedBytes = nonceBytes + keyBytes + tagBytes;

export function encodeRecord({ keyId, wrappedKey, box }: SealedRecord): string {
  const id = Buffer.from(keyId, 'latin1');
  return Buffer.concat([Buffer.from([format, id.length]), id, wrappedKey, box]).toString('base64url');
}

/** Undefined for anything that encodeRecord cannot have written. */
export function decodeRecord(sealed: string): SealedRecord | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  // Node skips characters that are not base64url, and spare bits at the end: several texts would stand for one record.
  if (bytes.toString('base64url') !== sealed || bytes[0] !== format) return undefined;
  const keyStart = 2 + (bytes[1] ?? 0);
  const boxStart = keyStart + wrappedBytes;
  if (bytes.length < boxStart + nonceBytes + tagBytes) return undefined;
  return {
    keyId: bytes.toString('latin1', 2, keyStart),
    wrappedKey: bytes.subarray(keyStart, boxStart),
    box: bytes.subarray(boxStart),
  };
}
