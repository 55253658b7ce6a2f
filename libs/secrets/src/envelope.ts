import { createSecretKey, randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '@pes/kernel';
import { decrypt, encrypt } from './aes-gcm.ts';
import { conceal } from './conceal.ts';
import { encodeFields } from './field-encoding.ts';
import { keyBytes, type KeyRing, type ProviderKey } from './key-ring.ts';
import { decodeRecord, encodeRecord, format, type SealedRecord } from './record-format.ts';

export type Credentials = Record<string, unknown>;

/** Whose credentials they are. A record moved to another owner does not open. */
export interface CredentialOwner {
  subscriberId: string;
  provider: string;
  accountId: string;
}

/**
 * unknown_key: none of the given keys is the one it was sealed with. tampered: the record, its owner or the key material is not the
 * original one. malformed: not a sealed record at all.
 */
export type OpenFailure = 'unknown_key' | 'tampered' | 'malformed';

/** Encrypts under a data key of its own, which the provider key wraps. Throws when the key is another provider's. */
export function seal(key: ProviderKey, credentials: Credentials, owner: CredentialOwner): string {
  const dataKey = randomBytes(keyBytes);
  const box = encrypt(createSecretKey(dataKey), Buffer.from(JSON.stringify(credentials), 'utf8'), boxContext(owner));
  return encodeRecord({ keyId: key.keyId, wrappedKey: wrap(key, dataKey, owner), box });
}

/** Decrypts with whichever key the record names. The credentials print as "[redacted]". */
export function open(keys: readonly ProviderKey[], sealed: string, owner: CredentialOwner): Result<Credentials, OpenFailure> {
  const unwrapped = unwrap(keys, sealed, owner);
  if (!unwrapped.ok) return unwrapped;
  const { dataKey, record } = unwrapped.value;
  const plain = decrypt(createSecretKey(dataKey), record.box, boxContext(owner));
  if (plain === undefined) return fail('tampered');
  return ok(conceal(JSON.parse(plain.toString('utf8')) as Credentials));
}

/**
 * Puts the record under the first key without decrypting the credentials. Returns it unchanged when it already is, so a rotation
 * that was interrupted can run again over everything.
 */
export function rewrap(keys: KeyRing<ProviderKey>, sealed: string, owner: CredentialOwner): Result<string, OpenFailure> {
  const unwrapped = unwrap(keys, sealed, owner);
  if (!unwrapped.ok) return unwrapped;
  const [writable] = keys;
  const { dataKey, record } = unwrapped.value;
  if (record.keyId === writable.keyId) return ok(sealed);
  return ok(encodeRecord({ keyId: writable.keyId, wrappedKey: wrap(writable, dataKey, owner), box: record.box }));
}

/** The id of the key that a record needs, for counting what a rotation has left to do. */
export function keyIdOf(sealed: string): Result<string, 'malformed'> {
  const record = decodeRecord(sealed);
  return record === undefined ? fail('malformed') : ok(record.keyId);
}

function wrap(key: ProviderKey, dataKey: Buffer, owner: CredentialOwner): Buffer {
  if (key.provider !== owner.provider) throw new Error(`credentials of ${owner.provider} cannot be sealed with the key of ${key.provider}`);
  return encrypt(key.key, dataKey, wrapContext(key.keyId, owner));
}

function unwrap(keys: readonly ProviderKey[], sealed: string, owner: CredentialOwner): Result<{ dataKey: Buffer; record: SealedRecord }, OpenFailure> {
  const record = decodeRecord(sealed);
  if (record === undefined) return fail('malformed');
  const key = keys.find(({ keyId, provider }) => keyId === record.keyId && provider === owner.provider);
  if (key === undefined) return fail('unknown_key');
  const dataKey = decrypt(key.key, record.wrappedKey, wrapContext(record.keyId, owner));
  return dataKey === undefined ? fail('tampered') : ok({ dataKey, record });
}

function wrapContext(keyId: string, owner: CredentialOwner): Buffer {
  return encodeFields('data key', Buffer.from([format]), keyId, owner.subscriberId, owner.provider, owner.accountId);
}

function boxContext(owner: CredentialOwner): Buffer {
  return encodeFields('credentials', Buffer.from([format]), owner.subscriberId, owner.provider, owner.accountId);
}
