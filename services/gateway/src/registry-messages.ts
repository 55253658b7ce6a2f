import { eventTypes, subjects, type RegistryAccount, type RegistryActivation, type RegistryEntity, type RegistrySite } from '@pes/contracts';
import { newId } from '@pes/kernel';
import type { OutboxMessage } from './data-access/outbox.sql.ts';

function message(subject: string, type: string, data: object): OutboxMessage {
  return { id: newId(), subject, type, source: 'gateway', data: JSON.stringify(data) };
}

/** What the other services learn of an account. Its Pressero user and its checks are nobody else's concern. */
export function accountMessage(account: Required<RegistryAccount>): OutboxMessage {
  const { accountId, subscriberId, provider, name, state, referencePrefix, settings, sealedCredentials, credentialKey, version } = account;
  const data: RegistryAccount = { accountId, subscriberId, provider, name, state, referencePrefix, settings, sealedCredentials, credentialKey, version };
  return message(subjects.registryAccount(subscriberId, accountId), eventTypes.registryAccount, data);
}

export function siteMessage({ subscriberId, siteId, name, invalidItemPolicy, version }: RegistrySite): OutboxMessage {
  const data: RegistrySite = { subscriberId, siteId, name, invalidItemPolicy, version };
  return message(subjects.registrySite(subscriberId, siteId), eventTypes.registrySite, data);
}

export function activationMessage({ subscriberId, siteId, accountId, enabled, live, settings, version }: RegistryActivation): OutboxMessage {
  const data: RegistryActivation = { subscriberId, siteId, accountId, enabled, live, settings, version };
  return message(subjects.registryActivation(subscriberId, siteId, accountId), eventTypes.registryActivation, data);
}

export function entityMessage({ subscriberId, accountId, kind, entityId, externalId, active, settings, version }: RegistryEntity): OutboxMessage {
  const data: RegistryEntity = { subscriberId, accountId, kind, entityId, externalId, active, settings, version };
  return message(subjects.registryEntity(subscriberId, accountId, kind, entityId), eventTypes.registryEntity, data);
}
