import { select, type Queryable } from '@pes/store';
import type { SyncKind, SyncState } from '../domain/sync-run.ts';

export interface SyncRun {
  syncId: string;
  subscriberId: string;
  siteId: string | null;
  kind: SyncKind;
  state: SyncState;
  actor: string;
  siteIds: string[];
  place: { day: string; orderId: string } | null;
  checked: number;
  eligible: number;
  waiting: number;
  failure: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

const columns = `sync_id as "syncId", subscriber_id as "subscriberId", site_id as "siteId", kind, state, actor, site_ids as "siteIds", place, checked, eligible, waiting, failure,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`;

const liveStatement = {
  name: 'gateway-live-sites',
  text: 'select distinct site_id as "siteId" from activation where subscriber_id = $1 and enabled and live and ($2::uuid is null or site_id = $2) order by 1',
};

/** Sites with an account that is enabled and live. */
export async function liveSites(db: Queryable, subscriberId: string, siteId: string | undefined): Promise<string[]> {
  return (await select<{ siteId: string }>(db, liveStatement, [subscriberId, siteId ?? null])).map((row) => row.siteId);
}

const unpublishedStatement = {
  name: 'gateway-unpublished-registry',
  text: `select from outbox where published_at is null and subject like 'registry.%' and position($1::text in subject) > 0 limit 1`,
};

/** Does something of a subscriber's registry wait in the outbox? */
export async function hasUnpublishedRegistry(db: Queryable, subscriberId: string): Promise<boolean> {
  return (await select(db, unpublishedStatement, [subscriberId])).length > 0;
}

const addStatement = {
  name: 'gateway-add-sync',
  text: `insert into sync_run (sync_id, subscriber_id, site_id, kind, state, actor, site_ids) values ($1, $2, $3, $4, 'queued', $5, $6)
    on conflict (subscriber_id, kind, coalesce(site_id, '00000000-0000-0000-0000-000000000000')) where finished_at is null do nothing returning ${columns}`,
};
const openStatement = {
  name: 'gateway-open-sync',
  text: `select ${columns} from sync_run where subscriber_id = $1 and kind = $2 and site_id is not distinct from $3::uuid and finished_at is null`,
};

/** The job, and whether it is a new one: the same one that is not finished yet is the same job. */
export async function addSync(db: Queryable, sync: Pick<SyncRun, 'syncId' | 'subscriberId' | 'siteId' | 'kind' | 'actor' | 'siteIds'>): Promise<{ run: SyncRun; fresh: boolean }> {
  const { syncId, subscriberId, siteId, kind, actor, siteIds } = sync;
  for (;;) {
    const [added] = await select<SyncRun>(db, addStatement, [syncId, subscriberId, siteId, kind, actor, siteIds]);
    if (added !== undefined) return { run: added, fresh: true };
    const [open] = await select<SyncRun>(db, openStatement, [subscriberId, kind, siteId]);
    // It finished in between: then this is a new job.
    if (open !== undefined) return { run: open, fresh: false };
  }
}

const listStatement = {
  name: 'gateway-list-syncs',
  text: `select ${columns} from sync_run where subscriber_id = $1 and ($2::uuid is null or site_id = $2) and ($3::uuid is null or sync_id < $3) order by sync_id desc limit $4::integer`,
};

/** Newest first. */
export async function listSyncs(db: Queryable, subscriberId: string, { siteId, after }: { siteId: string | undefined; after: string | undefined }, limit: number): Promise<SyncRun[]> {
  return select<SyncRun>(db, listStatement, [subscriberId, siteId ?? null, after ?? null, limit]);
}

const findStatement = { name: 'gateway-find-sync', text: `select ${columns} from sync_run where sync_id = $2 and subscriber_id = $1` };

export async function findSync(db: Queryable, subscriberId: string, syncId: string): Promise<SyncRun | undefined> {
  return (await select<SyncRun>(db, findStatement, [subscriberId, syncId]))[0];
}

const takeStatement = {
  name: 'gateway-take-syncs',
  text: `update sync_run set state = 'running', started_at = coalesce(started_at, now()), lease_owner = $1, lease_until = now() + $2::integer * interval '1 millisecond'
    where sync_id in (select sync_id from sync_run where finished_at is null and lease_until < now() and sync_id <> all($3::uuid[]) order by sync_id limit $4::integer for update skip locked)
    returning ${columns}`,
};

/** Jobs that nobody works on. */
export async function takeSyncs(db: Queryable, owner: string, { leaseMs, served, limit }: { leaseMs: number; served: readonly string[]; limit: number }): Promise<SyncRun[]> {
  return select<SyncRun>(db, takeStatement, [owner, leaseMs, served, limit]);
}

export interface SyncProgress {
  place: SyncRun['place'];
  checked: number;
  eligible: number;
  waiting: number;
  state: SyncState;
  failure?: string;
}

const moveStatement = {
  name: 'gateway-move-sync',
  text: `update sync_run set place = $3, checked = checked + $4, eligible = eligible + $5, waiting = waiting + $6, state = $7, failure = $8,
      finished_at = case when $7 in ('finished', 'failed') then now() end, lease_until = now() + $9::integer * interval '1 millisecond'
    where sync_id = $1 and lease_owner = $2 and finished_at is null returning ${columns}`,
};

/** Undefined when somebody else works on it by now. */
export async function moveSync(db: Queryable, { syncId, owner, leaseMs }: { syncId: string; owner: string; leaseMs: number }, { place, checked, eligible, waiting, state, failure }: SyncProgress): Promise<SyncRun | undefined> {
  const values = [syncId, owner, place === null ? null : JSON.stringify(place), checked, eligible, waiting, state, failure ?? null, leaseMs];
  return (await select<SyncRun>(db, moveStatement, values))[0];
}

const dropStatement = {
  name: 'gateway-drop-syncs',
  text: `delete from sync_run where finished_at < now() - $1::integer * interval '1 day' returning sync_id`,
};

export async function dropSyncs(db: Queryable, retentionDays: number): Promise<number> {
  return (await select(db, dropStatement, [retentionDays])).length;
}
