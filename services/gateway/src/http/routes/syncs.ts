import { ok } from '@pes/kernel';
import { listLines } from '../../data-access/sync-lines.sql.ts';
import { findSync, listSyncs, type SyncRun } from '../../data-access/sync-runs.sql.ts';
import { refuse } from '../../domain/refusal.ts';
import { syncKinds, syncStates, type SyncKind } from '../../domain/sync-run.ts';
import { startSyncs } from '../../syncs/start-syncs.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { operators, route, viewers, type Route } from '../route.ts';
import { answer, count, listOf, nullable, object, pageSchema, ref, time, uuid } from '../schemas.ts';

const maybeText = nullable({ type: 'string' });

export const syncSchema = object({
  syncId: uuid, kind: { enum: syncKinds }, siteId: { ...nullable(uuid), description: 'null: every site that was enabled and live' }, sites: count, state: { enum: syncStates }, actor: { type: 'string' },
  checked: { ...count, description: 'Orders looked at so far' }, eligible: { ...count, description: 'Ready, and handed to their accounts' }, waiting: { ...count, description: 'Not ready; the log says why' },
  failure: maybeText, createdAt: time, startedAt: nullable(time), finishedAt: nullable(time),
});
export const syncLineSchema = object({ at: time, level: { enum: ['info', 'waiting', 'warning'] }, message: { type: 'string' }, orderId: nullable(uuid), orderNumber: nullable({ type: 'integer' }) });

function shownSync({ syncId, kind, siteId, siteIds, state, actor, checked, eligible, waiting, failure, createdAt, startedAt, finishedAt }: SyncRun): object {
  return { syncId, kind, siteId, sites: siteIds.length, state, actor, checked, eligible, waiting, failure, createdAt, startedAt, finishedAt };
}

const tag = 'Syncs';
const path = '/api/v1/syncs/{syncId}';
const params = { syncId: uuid };
interface SyncPath { params: { syncId: string } }

export const syncRoutes: readonly Route[] = [
  route<{ body: { kinds: SyncKind[]; siteId?: string } }>({
    operationId: 'startSyncs', method: 'post', path: '/api/v1/syncs', tag, summary: 'Synchronize', tenancy: 'subscriber', roles: operators,
    description: 'One job for each kind, of one site or of every site that is enabled and live. Orders: those of the last 30 days that are ready go to every account that does not have them; the log says why the others wait. '
      + 'A job that runs already is not started twice, and none can be cancelled.',
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, required: ['kinds'], properties: { kinds: { type: 'array', items: { enum: syncKinds }, minItems: 1, maxItems: syncKinds.length, uniqueItems: true }, siteId: uuid } } },
    responses: { 200: answer('All of them run already', object({ items: listOf(ref('Sync')) })), 202: answer('Queued', object({ items: listOf(ref('Sync')) })) },
    async handle({ subscriberId, actor, body: { kinds, siteId }, commit }) {
      return commit(async (client) => {
        const started = await startSyncs(client, { subscriberId, actor, kinds, siteId });
        return started.ok ? ok({ status: started.value.fresh ? 202 : 200, body: { items: started.value.runs.map(shownSync) } }) : started;
      });
    },
  }),
  route<{ query: { siteId?: string; cursor?: string; limit: number } }>({
    operationId: 'listSyncs', method: 'get', path: '/api/v1/syncs', tag, summary: 'Jobs, newest first', tenancy: 'subscriber', roles: viewers, query: { siteId: uuid, ...cursorQuery },
    responses: { 200: answer('A page', pageSchema(ref('Sync'))) },
    async handle({ api, subscriberId, query: { siteId, cursor, limit } }) {
      const decoded = decodeCursor(cursor, [cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const { items, next } = pageOf(await listSyncs(api.db, subscriberId, { siteId, after: decoded.value.position?.[0] }, limit + 1), limit, ({ syncId }) => [syncId]);
      return ok({ status: 200, body: { items: items.map(shownSync), next } });
    },
  }),
  route<SyncPath>({
    operationId: 'showSync', method: 'get', path, tag, summary: 'Progress of one job', tenancy: 'subscriber', roles: viewers, params, responses: { 200: answer('The job', ref('Sync')) },
    async handle({ api, subscriberId, params: { syncId } }) {
      const run = await findSync(api.db, subscriberId, syncId);
      return run === undefined ? refuse('not_found', `there is no sync ${syncId}`) : ok({ status: 200, body: shownSync(run) });
    },
  }),
  route<SyncPath & { query: { cursor?: string; limit: number } }>({
    operationId: 'listSyncLines', method: 'get', path: `${path}/lines`, tag, summary: 'Log of one job, oldest first', tenancy: 'subscriber', roles: viewers, params, query: cursorQuery,
    responses: { 200: answer('A page', pageSchema(ref('SyncLine'))) },
    async handle({ api, subscriberId, params: { syncId }, query: { cursor, limit } }) {
      const decoded = decodeCursor(cursor, [(part) => /^\d{1,15}$/.test(part)]);
      if (!decoded.ok) return decoded;
      if (await findSync(api.db, subscriberId, syncId) === undefined) return refuse('not_found', `there is no sync ${syncId}`);
      const { items, next } = pageOf(await listLines(api.db, { subscriberId, syncId }, Number(decoded.value.position?.[0] ?? 0), limit + 1), limit, ({ seq }) => [String(seq)]);
      return ok({ status: 200, body: { items: items.map(({ seq: _seq, ...line }) => line), next } });
    },
  }),
];
