import { createSecretKey, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { deriveProviderKey, formatKeyRing, type ProviderKey } from '@pes/secrets';

/** Made once for a data folder: what was sealed or provisioned with them must still fit after a restart. */
export interface InstanceSecrets {
  /** The key that wraps the credentials of this provider's accounts. */
  providerKey(provider: string): ProviderKey;
  /** The same as the connector reads it from CREDENTIAL_KEYS. */
  credentialKeys(provider: string): string;
  passwordOf(role: string): string;
  /** As the gateway reads it from MASTER_KEYS. */
  masterKeys: string;
  /** Signs the tokens of the HTTP API. */
  authSecret: string;
}

interface Stored {
  keyId: string;
  masterKey: string;
  passwords: Record<string, string>;
  /** Missing in a folder that an earlier version made. */
  authSecret?: string;
}

/** Reads the secrets, or makes them. The file can only be read by the user who runs this. */
export async function loadSecrets(path: string, roles: readonly string[]): Promise<InstanceSecrets> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const known: Stored = text === undefined ? { keyId: 'local', masterKey: randomBytes(32).toString('base64'), passwords: {} } : (JSON.parse(text) as Stored);
  const passwords = Object.fromEntries(roles.map((role) => [role, known.passwords[role] ?? randomBytes(24).toString('base64url')]));
  const authSecret = known.authSecret ?? randomBytes(32).toString('base64url');
  const stored: Stored = { ...known, passwords, authSecret };
  await writeFile(`${path}.partial`, `${JSON.stringify(stored)}\n`, { mode: 0o600 });
  await rename(`${path}.partial`, path);

  const masterKey = createSecretKey(Buffer.from(stored.masterKey, 'base64'));
  const providerKey = (provider: string): ProviderKey => deriveProviderKey(masterKey, provider, stored.keyId);
  return {
    providerKey,
    authSecret,
    masterKeys: `${stored.keyId}:${stored.masterKey}`,
    credentialKeys: (provider) => formatKeyRing([providerKey(provider)]),
    passwordOf(role) {
      const password = passwords[role];
      if (password === undefined) throw new Error(`no password was made for role ${role}`);
      return password;
    },
  };
}
