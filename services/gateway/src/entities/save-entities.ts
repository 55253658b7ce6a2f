import { ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { noAccount } from '../accounts/change-account.ts';
import type { Api } from '../api.ts';
import { checkAddresses } from '../check-addresses.ts';
import { findAccount } from '../data-access/accounts.sql.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { findEntity, putEntities, type EntityKind, type EntityPlace, type EntitySetting, type EntityValue } from '../data-access/entity-settings.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import { refuse, refuseFields, type Answer } from '../domain/refusal.ts';
import type { SchemaPart } from '../provider-catalog.ts';
import { entityMessage } from '../registry-messages.ts';

const parts: Readonly<Record<EntityKind, SchemaPart>> = { product: 'productSettings', category: 'categorySettings', user: 'userSettings' };

/** Is it the subscriber's account, and do the settings fit the provider's form? */
export async function checkEntity(api: Api, { subscriberId, accountId, kind }: EntityPlace, settings: Record<string, unknown>): Promise<Answer<object>> {
  const account = await findAccount(api.db, subscriberId, accountId);
  if (account === undefined) return noAccount(accountId);
  const provider = await api.providers.find(account.provider);
  if (provider === undefined) return refuse('conflict', `the connector of ${account.provider} has not announced itself yet: try again when it has started`);
  const part = parts[kind];
  const problems = [...provider.check(part, settings, 'body.settings'), ...await checkAddresses(api, provider.manifest.schemas[part], settings, 'body.settings')];
  return problems.length > 0 ? refuseFields(problems) : ok({});
}

/** In a transaction; announces those that changed. Each entity at most once. */
export async function saveEntities(client: PoolClient, place: EntityPlace, values: readonly EntityValue[]): Promise<{ changed: EntitySetting[]; version: number }> {
  const version = await nextVersion(client, place.subscriberId);
  const changed = await putEntities(client, place, version, values);
  await addToOutbox(client, changed.map(entityMessage));
  return { changed, version };
}

/** In a transaction. A value that changes nothing keeps its version. */
export async function saveEntity(client: PoolClient, { actor, ...place }: EntityPlace & { actor: string }, value: Required<EntityValue>, ifMatch: number | undefined): Promise<Answer<EntitySetting>> {
  const before = await findEntity(client, place, value.entityId);
  if (ifMatch !== undefined && before?.version !== ifMatch) return refuse('version_mismatch', 'it was changed since you read it: read it again, then change it');
  const { changed: [changed] } = await saveEntities(client, place, [value]);
  const saved = changed ?? before;
  if (saved === undefined) throw new Error(`${place.kind} ${value.entityId} was not saved`);
  if (changed !== undefined) {
    const { subscriberId, accountId, kind } = place;
    await writeAudit(client, [{ subscriberId, actor, action: `${kind}.save`, targetKind: kind, targetId: value.entityId, detail: { accountId, externalId: value.externalId, active: value.active, was: before?.externalId ?? null } }]);
  }
  return ok(saved);
}
