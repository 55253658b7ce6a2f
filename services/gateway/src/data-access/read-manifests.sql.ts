import { select, type Queryable } from '@pes/store';

const statement = { name: 'gateway-read-manifests', text: 'select provider, manifest::text as text from provider_manifest order by provider' };

/** Manifests as texts, so that a reader can tell whether one changed. */
export async function readManifests(db: Queryable): Promise<Array<{ provider: string; text: string }>> {
  return select(db, statement);
}
