import type { ConnectorManifest } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';

const upsertManifests = {
  name: 'registry-upsert-manifests',
  text: `insert into provider_manifest (provider, manifest)
    select distinct on (provider) provider, manifest::json from unnest($1::text[], $2::text[]) with ordinality as t(provider, manifest, place)
    order by provider, place desc
    on conflict (provider) do update set manifest = excluded.manifest`,
};

const loadManifestsStatement = { name: 'registry-load-manifests', text: 'select manifest from provider_manifest' };

/** Stores the newest manifest of each provider; later in the list is newer. */
export async function applyManifests(db: Queryable, manifests: readonly ConnectorManifest[]): Promise<void> {
  if (manifests.length === 0) return;
  await select(db, upsertManifests, [manifests.map((m) => m.provider), manifests.map((m) => JSON.stringify(m))]);
}

export async function loadManifests(db: Queryable): Promise<Map<string, ConnectorManifest>> {
  const rows = await select<{ manifest: ConnectorManifest }>(db, loadManifestsStatement, []);
  return new Map(rows.map(({ manifest }) => [manifest.provider, manifest]));
}
