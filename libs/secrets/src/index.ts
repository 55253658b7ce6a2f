export { conceal } from './conceal.ts';
export { keyIdOf, open, rewrap, seal, type CredentialOwner, type Credentials, type OpenFailure } from './envelope.ts';
export {
  deriveProviderKey,
  deriveProviderKeys,
  formatKeyRing,
  parseKeyRing,
  parseProviderKeys,
  type KeyRing,
  type ProviderKey,
  type RingKey,
} from './key-ring.ts';
