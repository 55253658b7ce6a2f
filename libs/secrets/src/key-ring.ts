import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '@pes/kernel';
import { encodeFields } from './field-encoding.ts';

/** A key as configured: a master, or already derived for a provider. The material sits in a KeyObject, which never prints. */
export interface RingKey {
  keyId: string;
  key: KeyObject;
}

/** Wraps the data keys of one provider's credentials. Of no use for another provider's. */
export interface ProviderKey extends RingKey {
  provider: string;
}

/** The first key is the one to write with, all of them can open. */
export type KeyRing<K extends RingKey> = readonly [K, ...K[]];

export const keyBytes = 32;
const keyIdPattern = /^[A-Za-z0-9_-]{1,32}$/;
const keyIdRule = '1 to 32 letters, digits, "_" or "-"';

/** HKDF-SHA256 over the master, bound to provider and key id. Throws on a master that is not 32 bytes or a bad key id: configuration is checked before. */
export function deriveProviderKey(masterKey: Buffer | KeyObject, provider: string, keyId: string): ProviderKey {
  const size = Buffer.isBuffer(masterKey) ? masterKey.length : masterKey.symmetricKeySize;
  if (size !== keyBytes) throw new RangeError(`a master key has ${String(keyBytes)} bytes, not ${String(size)}`);
  if (!keyIdPattern.test(keyId)) throw new RangeError(`key id ${JSON.stringify(keyId)} is not ${keyIdRule}`);
  const info = encodeFields('pes credential key 1', provider, keyId);
  const derived = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), info, keyBytes));
  return { provider, keyId, key: createSecretKey(derived) };
}

/** The provider's key for every master of the ring, in the same order. */
export function deriveProviderKeys([writable, ...older]: KeyRing<RingKey>, provider: string): KeyRing<ProviderKey> {
  const derive = ({ key, keyId }: RingKey): ProviderKey => deriveProviderKey(key, provider, keyId);
  return [derive(writable), ...older.map(derive)];
}

/**
 * Reads `keyId:base64,keyId:base64`: the first key is the one to write with, the others still open older records.
 * Fails with one line per problem. A line names the entry by position and id, never the key.
 */
export function parseKeyRing(text: string): Result<KeyRing<RingKey>, string[]> {
  const keys: RingKey[] = [];
  const problems: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const parsed = parseEntry(entry.trim(), index + 1);
    if (!parsed.ok) problems.push(parsed.error);
    else if (keys.some(({ keyId }) => keyId === parsed.value.keyId)) problems.push(`key ${String(index + 1)}: the id "${parsed.value.keyId}" is used twice, give every key its own`);
    else keys.push(parsed.value);
  }
  const [writable, ...older] = keys;
  return writable === undefined || problems.length > 0 ? fail(problems) : ok([writable, ...older]);
}

/** The keys of one provider as a connector gets them: derived already, so that its process never sees a master. */
export function parseProviderKeys(text: string, provider: string): Result<KeyRing<ProviderKey>, string[]> {
  const ring = parseKeyRing(text);
  if (!ring.ok) return ring;
  const [writable, ...older] = ring.value;
  return ok([{ ...writable, provider }, ...older.map((key) => ({ ...key, provider }))]);
}

/** The text that parseKeyRing reads. It holds the keys in clear: only for the environment of the process that needs them. */
export function formatKeyRing(keys: readonly RingKey[]): string {
  return keys.map(({ keyId, key }) => `${keyId}:${key.export().toString('base64')}`).join(',');
}

function parseEntry(entry: string, position: number): Result<RingKey, string> {
  const label = `key ${String(position)}`;
  const separator = entry.indexOf(':');
  if (separator < 0) return fail(`${label}: is not keyId:base64, such as 2026a:<output of "openssl rand -base64 32">`);
  const keyId = entry.slice(0, separator);
  if (!keyIdPattern.test(keyId)) return fail(`${label}: the id before the colon must be ${keyIdRule}`);
  const encoded = entry.slice(separator + 1);
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : undefined;
  if (bytes === undefined) return fail(`${label} ("${keyId}"): the key is not base64, make one with "openssl rand -base64 32"`);
  if (bytes.length !== keyBytes) return fail(`${label} ("${keyId}"): the key has ${String(bytes.length)} bytes instead of ${String(keyBytes)}, make one with "openssl rand -base64 32"`);
  return ok({ keyId, key: createSecretKey(bytes) });
}
