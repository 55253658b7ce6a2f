import { ok } from '@pes/kernel';
import { listAudit, type AuditFilter } from '../../data-access/audit.sql.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { admins, route, type Route } from '../route.ts';
import { anyObject, answer, nullable, object, pageSchema, ref, text, time, uuid } from '../schemas.ts';

export const auditSchema = object({
  id: uuid, at: time, actor: { type: 'string' }, action: { type: 'string' }, targetKind: { type: 'string' }, targetId: { type: 'string' }, subscriberId: nullable(uuid),
  note: nullable({ type: 'string' }), detail: anyObject,
});

export const auditRoutes: readonly Route[] = [
  route<{ query: AuditFilter & { cursor?: string; limit: number } }>({
    operationId: 'listAudit', method: 'get', path: '/api/v1/audit', tag: 'Audit', summary: 'Who did what', tenancy: 'either', roles: [...admins, 'sre'],
    query: { actor: text(200), action: text(200), targetId: text(200), from: time, to: time, ...cursorQuery },
    responses: { 200: answer('A page, newest first', pageSchema(ref('AuditEntry'))) },
    async handle({ api, scope, query: { cursor, limit, ...filter } }) {
      const decoded = decodeCursor(cursor, [cursorParts.uuid]);
      if (!decoded.ok) return decoded;
      const rows = await listAudit(api.db, scope, filter, { after: decoded.value.position?.[0], limit: limit + 1 });
      return ok({ status: 200, body: pageOf(rows, limit, ({ id }) => [id]) });
    },
  }),
];
