import type { RegistryEntity } from '@pes/contracts';
import { inTransaction, type PoolClient } from '@pes/store';
import type { Api } from './api.ts';
import { writeAudit } from './data-access/audit.sql.ts';
import { addToOutbox } from './data-access/outbox.sql.ts';
import { lockRegistry, registryAccounts, registryActivations, registryEntities, registrySites, registrySubscribers } from './data-access/registry-rows.sql.ts';
import { accountMessage, activationMessage, entityMessage, siteMessage } from './registry-messages.ts';

const pageSize = 1_000;

/** In one transaction, with the registry of the subscriber locked: an older version must not be written to the outbox after a newer one. */
async function republishSubscriber(client: PoolClient, subscriberId: string): Promise<number> {
  await lockRegistry(client, subscriberId);
  const [sites, accounts, activations] = [await registrySites(client, subscriberId), await registryAccounts(client, subscriberId), await registryActivations(client, subscriberId)];
  await addToOutbox(client, [...sites.map(siteMessage), ...accounts.map(accountMessage), ...activations.map(activationMessage)]);
  let events = sites.length + accounts.length + activations.length;
  for (const { accountId } of accounts) {
    let after: RegistryEntity | undefined;
    do {
      const page = await registryEntities(client, subscriberId, accountId, { after, limit: pageSize });
      await addToOutbox(client, page.map(entityMessage));
      events += page.length;
      after = page.length < pageSize ? undefined : page.at(-1);
    } while (after !== undefined);
  }
  return events;
}

/** Announces everything again under the versions that it has, for a REGISTRY stream that was emptied or a service that starts anew. Readers that have it ignore it. */
export async function republishRegistry(api: Api, actor: string, subscriberId: string | undefined): Promise<{ subscribers: number; events: number }> {
  const subscribers = await registrySubscribers(api.db, subscriberId);
  let events = 0;
  for (const one of subscribers) {
    events += await inTransaction(api.db, (client) => republishSubscriber(client, one));
    api.wakeOutbox();
  }
  await writeAudit(api.db, [{ subscriberId: subscriberId ?? null, actor, action: 'registry.republish', targetKind: 'registry', targetId: subscriberId ?? 'all', detail: { events } }]);
  return { subscribers: subscribers.length, events };
}
