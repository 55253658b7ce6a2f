import type { RegistrySite } from '@pes/contracts';
import { ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { writeAudit } from '../data-access/audit.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { nextVersion } from '../data-access/registry-version.sql.ts';
import { findSite, putSite, type Site } from '../data-access/sites.sql.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import { siteMessage } from '../registry-messages.ts';

export type SiteValue = Pick<RegistrySite, 'name' | 'invalidItemPolicy'>;

export function noSite(siteId: string): { ok: false; error: { code: 'not_found'; error: string } } {
  return { ok: false, error: { code: 'not_found', error: `there is no site ${siteId}` } };
}

/** In a transaction. */
export async function saveSite(client: PoolClient, { subscriberId, siteId, actor }: { subscriberId: string; siteId: string; actor: string }, value: SiteValue, ifMatch: number | undefined):
Promise<Answer<{ site: Site; fresh: boolean }>> {
  const version = await nextVersion(client, subscriberId);
  const before = await findSite(client, subscriberId, siteId);
  if (ifMatch !== undefined && before?.version !== ifMatch) return refuse('version_mismatch', 'the site was changed since you read it: read it again, then change it');
  const site = await putSite(client, { subscriberId, siteId, ...value, version });
  if (site === undefined) return noSite(siteId);
  await addToOutbox(client, [siteMessage(site)]);
  await writeAudit(client, [{ subscriberId, actor, action: 'sites.save', targetKind: 'site', targetId: siteId, detail: value }]);
  return ok({ site, fresh: before === undefined });
}
