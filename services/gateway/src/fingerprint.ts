import { createHmac, randomBytes } from 'node:crypto';
import { deriveProviderKeys, open, seal, type KeyRing, type RingKey } from '@pes/secrets';
import type { Pool } from '@pes/store';
import { addSecret, findSecret } from './data-access/gateway-secret.sql.ts';

/** A keyed hash: equal for equal values, and of no use without the key. `purpose` keeps uses apart. */
export type Fingerprint = (purpose: string, value: unknown) => string;

export const secretName = 'fingerprint';
export const secretOwner = { subscriberId: 'installation', provider: 'gateway', accountId: secretName };

/** Object members in the order of their names, so that the same settings give the same text. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, canonical(member)]));
}

/**
 * The key is made once for an installation and lies sealed in the database, so that it outlives every master key. Throws when no master
 * of the ring can open it.
 */
export async function createFingerprint(db: Pool, masters: KeyRing<RingKey>): Promise<Fingerprint> {
  const keys = deriveProviderKeys(masters, secretOwner.provider);
  await addSecret(db, secretName, seal(keys[0], { key: randomBytes(32).toString('base64') }, secretOwner));
  const opened = open(keys, await findSecret(db, secretName), secretOwner);
  if (!opened.ok) throw new Error(`MASTER_KEYS: none of the keys opens what this installation sealed before (${opened.error}); add the key that was used until now`);
  const key = Buffer.from(String(opened.value['key']), 'base64');
  return (purpose, value) => createHmac('sha256', key).update(`${purpose}\0`).update(JSON.stringify(canonical(value)) ?? '').digest('base64url');
}
