import { newId, ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { writeAudit } from '../data-access/audit.sql.ts';
import { findSite } from '../data-access/sites.sql.ts';
import { addLines } from '../data-access/sync-lines.sql.ts';
import { addSync, liveSites, type SyncRun } from '../data-access/sync-runs.sql.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import { syncServices, type SyncKind } from '../domain/sync-run.ts';
import { noSite } from '../sites/put-site.ts';

export interface SyncRequest {
  subscriberId: string;
  kinds: readonly SyncKind[];
  /** Undefined: every site that is enabled and live. */
  siteId: string | undefined;
  actor: string;
}

/** In a transaction: one job for each kind. A job that is not finished yet is not started twice. */
export async function startSyncs(client: PoolClient, { subscriberId, kinds, siteId, actor }: SyncRequest): Promise<Answer<{ runs: SyncRun[]; fresh: boolean }>> {
  const missing = kinds.filter((kind) => !syncServices[kind].installed);
  if (missing.length > 0) {
    const lines = missing.map((kind) => `${kind} needs the service ${syncServices[kind].service}, which this installation does not have: leave ${kind} out`);
    return refuse('conflict', lines.join('; '), lines);
  }
  if (siteId !== undefined && await findSite(client, subscriberId, siteId) === undefined) return noSite(siteId);
  const siteIds = await liveSites(client, subscriberId, siteId);
  if (siteIds.length === 0) return refuse('conflict', `${siteId === undefined ? 'no site' : 'the site'} has an account that is enabled and live: switch IsLive on first`);
  const runs: SyncRun[] = [];
  let fresh = false;
  for (const kind of kinds) {
    const added = await addSync(client, { syncId: newId(), subscriberId, siteId: siteId ?? null, kind, actor, siteIds });
    runs.push(added.run);
    if (!added.fresh) continue;
    fresh = true;
    const { syncId } = added.run;
    await addLines(client, syncId, [{ level: 'info', message: `Queued by ${actor} for ${siteIds.length === 1 ? 'one site' : `${siteIds.length} sites`}.` }]);
    await writeAudit(client, [{ subscriberId, actor, action: 'syncs.start', targetKind: 'sync', targetId: syncId, detail: { kind, siteId: siteId ?? null, sites: siteIds.length } }]);
  }
  return ok({ runs, fresh });
}
