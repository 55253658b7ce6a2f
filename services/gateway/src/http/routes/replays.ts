import { ok } from '@pes/kernel';
import { listReplays, type ReplayView } from '../../data-access/find-replays.sql.ts';
import type { LetterFilter } from '../../domain/letter-filter.ts';
import { errorWindow, replayStates, velocityLimits, type ReplayState } from '../../domain/replay.ts';
import { letterFilter, note } from '../../param-schemas.ts';
import type { Operation } from '../../requests/operation.ts';
import { cancelReplay, pauseReplay, resumeReplay, showReplay, startReplay } from '../../requests/replays.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { operators, route, viewers, type Route } from '../route.ts';
import { anyObject, answer, count, flag, listOf, nullable, object, pageSchema, ref, time, uuid } from '../schemas.ts';
import { foreignFilter } from './dead-letters.ts';

const maybeText = nullable({ type: 'string' });

export const replaySchema = object({
  id: uuid, state: { enum: replayStates }, filter: anyObject, asNew: flag, includeUnknownRisk: flag, velocityPerSecond: count, maxErrorPercent: count, note: maybeText, actor: { type: 'string' },
  pauseReason: maybeText, createdAt: time, stateAt: time, finishedAt: nullable(time), counts: object({ total: count, pending: count, sent: count, succeeded: count, failed: count, skipped: count }),
});
const oneReplay = object({ replay: ref('Replay') });

const tag = 'Replays';
const path = '/api/v1/replays/{replayId}';
interface ReplayPath { params: { replayId: string } }
interface Start { body: { filter: LetterFilter; velocityPerSecond: number; maxErrorPercent: number; asNew: boolean; includeUnknownRisk: boolean; confirm: boolean; note?: string } }

function changeRoute(action: 'pause' | 'resume' | 'cancel', summary: string, operation: Operation<{ replay: ReplayView }>): Route {
  return route<ReplayPath & { body: { note?: string } }>({
    operationId: `${action}Replay`, method: 'post', path: `${path}/${action}`, tag, summary, tenancy: 'either', roles: [...operators, 'sre'], params: { replayId: uuid },
    body: { kind: 'json', optional: true, schema: { type: 'object', additionalProperties: false, properties: { note } } }, responses: { 200: answer('As it is now', oneReplay) },
    async handle({ api, scope, actor, params: { replayId }, body }) {
      const result = await operation(api, scope, { ...body, id: replayId, actor });
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  });
}

export const replayRoutes: readonly Route[] = [
  route<{ query: { states?: ReplayState[]; cursor?: string; limit: number } }>({
    operationId: 'listReplays', method: 'get', path: '/api/v1/replays', tag, summary: 'Jobs that send dead letters again', tenancy: 'either', roles: [...viewers, 'sre'],
    query: { states: { type: 'array', items: { enum: replayStates }, minItems: 1, maxItems: replayStates.length }, ...cursorQuery },
    responses: { 200: answer('A page, newest first', pageSchema(ref('Replay'))) },
    async handle({ api, scope, query: { states, cursor, limit } }) {
      const decoded = decodeCursor(cursor, [cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const rows = await listReplays(api.db, scope, states, { after: decoded.value.position?.[0], limit: limit + 1 });
      return ok({ status: 200, body: pageOf(rows, limit, ({ id }) => [id]) });
    },
  }),
  route<Start>({
    operationId: 'startReplay', method: 'post', path: '/api/v1/replays', tag, summary: 'Send open dead letters again', tenancy: 'either', roles: [...operators, 'sre'],
    description: 'The list is fixed when it starts. asNew and includeUnknownRisk may make a second order at the provider, so they need confirm.',
    body: { kind: 'json', schema: {
      type: 'object', additionalProperties: false, required: ['filter'],
      properties: {
        filter: letterFilter, velocityPerSecond: { type: 'integer', minimum: 1, maximum: velocityLimits.max, default: velocityLimits.default, description: 'Per account' },
        maxErrorPercent: { type: 'integer', minimum: 0, maximum: 100, default: errorWindow.defaultMaxPercent, description: 'Pauses above this' },
        asNew: { ...flag, default: false }, includeUnknownRisk: { ...flag, default: false }, confirm: { ...flag, default: false }, note,
      },
    } },
    responses: { 201: answer('Started', oneReplay) },
    async handle({ api, scope, actor, body }) {
      const result = foreignFilter(scope, body.filter) ?? await startReplay(api, scope, { ...body, actor });
      return result.ok ? ok({ status: 201, body: result.value }) : result;
    },
  }),
  route<ReplayPath>({
    operationId: 'showReplay', method: 'get', path, tag, summary: 'One replay with its reasons for failures', tenancy: 'either', roles: [...viewers, 'sre'], params: { replayId: uuid },
    responses: { 200: answer('The replay', object({ replay: ref('Replay'), reasons: listOf(object({ state: { type: 'string' }, reason: { type: 'string' }, count })) })) },
    async handle({ api, scope, params: { replayId } }) {
      const result = await showReplay(api, scope, { id: replayId });
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  }),
  changeRoute('pause', 'Send nothing more for now', pauseReplay),
  changeRoute('resume', 'Go on', resumeReplay),
  changeRoute('cancel', 'Stop for good; what is out is not called back', cancelReplay),
];
