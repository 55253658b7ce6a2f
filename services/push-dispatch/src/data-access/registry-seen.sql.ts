import { select, type Queryable } from '@pes/store';

export interface SubscriberVersion {
  subscriberId: string;
  version: number;
}

const noteStatement = {
  name: 'dispatch-note-registry-seen',
  text: `insert into registry_seen as seen (subscriber_id, version)
    select subscriber_id, max(version) from unnest($1::uuid[], $2::bigint[]) as t(subscriber_id, version) group by subscriber_id order by subscriber_id
    on conflict (subscriber_id) do update set version = excluded.version where seen.version < excluded.version`,
};

/** The registry of these subscribers is here up to these versions. */
export async function noteRegistrySeen(db: Queryable, versions: readonly SubscriberVersion[]): Promise<void> {
  if (versions.length === 0) return;
  await select(db, noteStatement, [versions.map((v) => v.subscriberId), versions.map((v) => v.version)]);
}

const behindStatement = {
  name: 'dispatch-registry-behind',
  text: `select t.subscriber_id from unnest($1::uuid[], $2::bigint[]) as t(subscriber_id, version) left join registry_seen seen using (subscriber_id)
    where coalesce(seen.version, 0) < t.version`,
};

/** Subscribers whose registry is not here yet in the version that is asked for. */
export async function registryBehind(db: Queryable, wanted: readonly SubscriberVersion[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const rows = await select<{ subscriber_id: string }>(db, behindStatement, [wanted.map((v) => v.subscriberId), wanted.map((v) => v.version)]);
  return [...new Set(rows.map((row) => row.subscriber_id))];
}
