import { consumers, validator, type FailureCode, type RegistryAccount, type RegistryActivation, type RegistryEntity, type RegistrySite } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption, type Decoded, type RawMessage } from '@pes/messaging';
import { applyAccounts, applyActivations, applyEntities } from '@pes/registry';
import { isDataError, type Pool } from '@pes/store';
import { laneAccounts, openLanes, upsertLanes } from '../data-access/lanes.sql.ts';
import { noteRegistrySeen } from '../data-access/registry-seen.sql.ts';
import { requeueAccounts, requeueEntities } from '../data-access/requeue-pushes.sql.ts';
import type { Dispatch } from '../dispatch.ts';
import { laneLimits } from '../domain/lane-limits.ts';
import { rowEvents } from '../domain/push-change.ts';
import type { PushRow } from '../domain/push-state.ts';
import type { ManifestCache } from './manifest-cache.ts';

type RegistryEvent =
  | { kind: 'account'; value: RegistryAccount }
  | { kind: 'activation'; value: RegistryActivation }
  | { kind: 'entity'; value: RegistryEntity }
  | { kind: 'site'; value: RegistrySite };

const decoders = {
  account: decodeJson(validator('registry-account')),
  activation: decodeJson(validator('registry-activation')),
  entity: decodeJson(validator('registry-entity')),
  // Policies of a site concern the gate; here only the version counts.
  site: decodeJson(validator('registry-site')),
};

function decode(message: RawMessage): Decoded<RegistryEvent> {
  const kind = message.subject.split('.')[1] ?? '';
  if (kind !== 'account' && kind !== 'activation' && kind !== 'entity' && kind !== 'site') {
    return { ok: false, code: 'schema_violation' satisfies FailureCode, errors: [`subject ${message.subject} is no registry subject`] };
  }
  const decoded = decoders[kind](message);
  return decoded.ok ? { ok: true, value: { kind, value: decoded.value } as RegistryEvent } : decoded;
}

interface RegistryValues {
  account: RegistryAccount;
  activation: RegistryActivation;
  entity: RegistryEntity;
}

function valuesOf<K extends keyof RegistryValues>(events: readonly RegistryEvent[], kind: K): Array<RegistryValues[K]> {
  return events.flatMap((event) => (event.kind === kind ? [event.value as RegistryValues[K]] : []));
}

/** Writes the lanes of these accounts, and of all accounts of these providers, as far as the providers have announced themselves. */
export async function refreshLanes(db: Pool, manifests: ManifestCache, changed: { accountIds: string[]; providers: string[] }): Promise<void> {
  const known = await manifests.current();
  const accounts = await laneAccounts(db, changed.accountIds, changed.providers);
  await upsertLanes(db, accounts.flatMap((account) => {
    const manifest = known.get(account.provider);
    return manifest === undefined ? [] : [{
      accountId: account.account_id, manifest, limits: laneLimits(manifest, account.settings),
      bucketKey: `${account.provider}:${account.credential_key ?? account.account_id}`,
    }];
  }));
}

async function handleRegistry(dispatch: Dispatch, events: readonly RegistryEvent[]): Promise<void> {
  const { db } = dispatch;
  const entities = valuesOf(events, 'entity');
  await applyAccounts(db, valuesOf(events, 'account'));
  await applyActivations(db, valuesOf(events, 'activation'));
  await applyEntities(db, entities);
  // All that the batch names, not only what is news: the process may have died after it stored the news and before it followed them.
  const accountIds = [...new Set(valuesOf(events, 'account').map((account) => account.accountId))];
  if (accountIds.length > 0) {
    await refreshLanes(db, dispatch.manifests, { accountIds, providers: [] });
    await openLanes(db, accountIds);
  }
  const rows: PushRow[] = [
    ...await requeueAccounts(db, [...new Set([...accountIds, ...valuesOf(events, 'activation').map((activation) => activation.accountId)])]),
    ...await requeueEntities(db, entities),
  ];
  dispatch.wake(rows.map((row) => row.account_id));
  await dispatch.integration.publish(rowEvents(rows));
  await noteRegistrySeen(db, events.map(({ value: { subscriberId, version } }) => ({ subscriberId, version })));
}

export function consumeRegistry(dispatch: Dispatch): Consumption {
  return consumeBatches<RegistryEvent>(dispatch.bus, {
    consumer: consumers.dispatchRegistry,
    decode,
    isDataError,
    maxBatch: 500,
    maxWaitMs: 5,
    // One at a time: an older version must not wait behind a newer one for the same lane.
    maxFlushes: 1,
    handle: (batch) => handleRegistry(dispatch, batch.map(({ value }) => value)),
    onDead: (code) => dispatch.metrics.dead.inc({ consumer: consumers.dispatchRegistry.durable, code }),
  });
}
