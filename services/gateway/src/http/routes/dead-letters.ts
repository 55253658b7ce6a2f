import { ok } from '@pes/kernel';
import { countLetters, listLetters, type LetterSummary } from '../../data-access/find-letters.sql.ts';
import { within, type LetterFilter } from '../../domain/letter-filter.ts';
import { refuse, type Answer } from '../../domain/refusal.ts';
import type { Scope } from '../../domain/scope.ts';
import { letterFilter, note } from '../../param-schemas.ts';
import { discardDlq } from '../../requests/dlq-discard.ts';
import { dryRun, showDlq } from '../../requests/dlq-read.ts';
import { republishDlq } from '../../requests/dlq-republish.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { operators, platform, route, viewers, type Properties, type Route } from '../route.ts';
import { anyObject, answer, count, flag, listOf, nullable, object, pageSchema, ref, text, time, uuid } from '../schemas.ts';

const maybeText = nullable({ type: 'string' });
const maybeId = nullable(uuid);

const summary: Properties = {
  id: uuid, kind: { enum: ['push', 'message'] }, status: { enum: ['open', 'replayed', 'resolved', 'discarded'] }, statusAt: time, statusNote: maybeText, subscriberId: maybeId, siteId: maybeId,
  accountId: maybeId, provider: maybeText, pushId: maybeId, revision: nullable({ type: 'integer' }), orderId: maybeId, orderNumber: nullable({ type: 'integer' }), reference: maybeText,
  code: { type: 'string' }, message: { type: 'string' }, errors: listOf({ type: 'string' }), consumer: { type: 'string' }, subject: { type: 'string' }, stream: maybeText,
  streamSequence: nullable({ type: 'integer' }), attempts: count, firstAt: time, lastAt: time,
  duplicateRisk: { ...nullable({ enum: ['none', 'looked-up', 'unknown'] }), description: 'What the provider does when it gets the order again' },
};

export const letterSchema = object(summary);
export const letterDetailSchema = object({
  deadLetter: object({ ...summary, headers: anyObject, body: { ...maybeText, description: 'The message; null when it is too large, or for those who may not publish it again' }, bodyBytes: nullable(count) }),
  history: listOf(ref('AuditEntry')),
});
export const dryRunSchema = object({
  total: count, willReplay: count, skippedForRisk: { ...count, description: 'Their provider cannot be asked whether it has the order' }, byKind: anyObject,
  byProvider: listOf(anyObject), byAccount: listOf(anyObject), byCode: listOf(anyObject), duplicateRisk: anyObject, sample: listOf(ref('DeadLetter')),
});

/** A subscriber's person who names another subscriber is told so, instead of getting their own. */
export function foreignFilter(scope: Scope, filter: LetterFilter): Answer<never> | undefined {
  const foreign = scope.subscriberId !== null && filter.subscriberId !== undefined && filter.subscriberId !== scope.subscriberId;
  return foreign ? refuse('forbidden', 'subscriberId is another subscriber') : undefined;
}

/** Bodies can hold anything of anybody, sealed credentials too. */
function withoutBody(detail: { deadLetter: Record<string, unknown> }, scope: Scope): object {
  return scope.subscriberId === null ? detail : { ...detail, deadLetter: { ...detail.deadLetter, headers: {}, body: null } };
}

const { ids: _ids, ...filterQuery } = letterFilter.properties;
const tag = 'Dead letters';
const path = '/api/v1/dead-letters/{letterId}';
const readers = [...viewers, 'sre'] as const;
const handlers = [...operators, 'sre'] as const;
interface LetterPath { params: { letterId: string } }

const filterBody = { filter: letterFilter, includeUnknownRisk: { ...flag, default: false } };

export const deadLetterRoutes: readonly Route[] = [
  route<{ query: LetterFilter & { cursor?: string; limit: number } }>({
    operationId: 'listDeadLetters', method: 'get', path: '/api/v1/dead-letters', tag, summary: 'Pushes out of attempts and messages that nobody can read', tenancy: 'either', roles: readers,
    query: { ...filterQuery, ...cursorQuery }, responses: { 200: answer('A page, the latest death first', pageSchema(ref('DeadLetter'), { total: count })) },
    async handle({ api, scope, query: { cursor, limit, ...filter } }) {
      const foreign = foreignFilter(scope, filter);
      if (foreign !== undefined) return foreign;
      const decoded = decodeCursor(cursor, [cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const seen = within(scope, filter);
      const [rows, total] = await Promise.all([listLetters(api.db, seen, decoded.value.position?.[0], limit + 1), countLetters(api.db, seen)]);
      return ok({ status: 200, body: { ...pageOf<LetterSummary>(rows, limit, ({ id }) => [id]), total } });
    },
  }),
  route<LetterPath>({
    operationId: 'showDeadLetter', method: 'get', path, tag, summary: 'One dead letter with its history', tenancy: 'either', roles: readers, params: { letterId: uuid },
    responses: { 200: answer('The dead letter', ref('DeadLetterDetail')) },
    async handle({ api, scope, params: { letterId } }) {
      const shown = await showDlq(api, scope, { id: letterId });
      return shown.ok ? ok({ status: 200, body: withoutBody(shown.value, scope) }) : shown;
    },
  }),
  route<{ body: { filter: LetterFilter; includeUnknownRisk: boolean } }>({
    operationId: 'dryRunReplay', method: 'post', path: '/api/v1/dead-letters/dry-run', tag, summary: 'What a replay would do', tenancy: 'either', roles: readers, idempotencyKey: false,
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, required: ['filter'], properties: filterBody } }, responses: { 200: answer('Counts and a sample', ref('DryRun')) },
    async handle({ api, scope, body }) {
      const result = foreignFilter(scope, body.filter) ?? await dryRun(api, scope, body);
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  }),
  route<{ body: { ids: string[]; note: string } }>({
    operationId: 'discardDeadLetters', method: 'post', path: '/api/v1/dead-letters/discard', tag, summary: 'Nothing is to be done about these', tenancy: 'either', roles: handlers,
    description: 'Their pushes are dismissed as well.',
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, required: ['ids', 'note'], properties: { ids: { type: 'array', items: uuid, minItems: 1, maxItems: 500, uniqueItems: true }, note } } },
    responses: { 200: answer('Which were discarded, and which were not open any more', object({ discarded: listOf(uuid), notOpen: listOf(object({ id: uuid, status: { type: 'string' } })) })) },
    async handle({ api, scope, actor, body }) {
      const result = await discardDlq(api, scope, { ...body, actor });
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  }),
  route<LetterPath & { body: { body?: string; preview: boolean; note?: string } }>({
    operationId: 'republishDeadLetter', method: 'post', path: `${path}/republish`, tag, summary: 'Publish a message again, edited or as it was', tenancy: 'platform', roles: platform, params: { letterId: uuid },
    description: 'Only when its readers could read it. A preview shows the difference and the complaints.',
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, properties: { body: text(700_000), preview: { ...flag, default: false }, note } } },
    responses: { 200: answer('What was, or would be, published', object({ id: uuid, subject: { type: 'string' }, diff: { type: 'string' }, eventId: uuid, valid: flag, errors: listOf({ type: 'string' }) }, ['eventId', 'valid', 'errors'])) },
    async handle({ api, scope, actor, params: { letterId }, body }) {
      const result = await republishDlq(api, scope, { ...body, id: letterId, actor });
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  }),
];
