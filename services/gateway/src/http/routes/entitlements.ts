import { ok } from '@pes/kernel';
import { writeAudit } from '../../data-access/audit.sql.ts';
import { grantEntitlement, listEntitlements, withdrawEntitlement } from '../../data-access/entitlements.sql.ts';
import { refuse } from '../../domain/refusal.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { platform, route, type Route } from '../route.ts';
import { answer, object, pageSchema, provider, ref, time, uuid } from '../schemas.ts';

export const entitlementSchema = object({ subscriberId: uuid, provider, grantedBy: { type: 'string' }, grantedAt: time });

const path = '/api/v1/entitlements/{subscriberId}/{provider}';
const params = { subscriberId: uuid, provider };

interface Target { params: { subscriberId: string; provider: string } }

export const entitlementRoutes: readonly Route[] = [
  route<{ query: { subscriberId?: string; cursor?: string; limit: number } }>({
    operationId: 'listEntitlements', method: 'get', path: '/api/v1/entitlements', tag: 'Entitlements', summary: 'Which subscribers may use which providers', tenancy: 'platform',
    roles: platform, query: { subscriberId: uuid, ...cursorQuery },
    responses: { 200: answer('A page, by subscriber and provider', pageSchema(ref('Entitlement'))) },
    async handle({ api, query }) {
      const cursor = decodeCursor(query.cursor, [cursorParts.uuid, cursorParts.text]);
      if (!cursor.ok) return cursor;
      const rows = await listEntitlements(api.db, { subscriberId: query.subscriberId ?? null }, cursor.value.position, query.limit + 1);
      return ok({ status: 200, body: pageOf(rows, query.limit, (row) => [row.subscriberId, row.provider]) });
    },
  }),
  route<Target>({
    operationId: 'grantEntitlement', method: 'put', path, tag: 'Entitlements', summary: 'Let a subscriber use a provider', tenancy: 'platform', roles: platform, params,
    responses: { 200: answer('It was granted before', ref('Entitlement')), 201: answer('Granted', ref('Entitlement')) },
    handle: ({ params: target, actor, commit }) => commit(async (client) => {
      const { fresh, ...entitlement } = await grantEntitlement(client, { ...target, actor });
      if (fresh) {
        await writeAudit(client, [{ subscriberId: target.subscriberId, actor, action: 'entitlements.grant', targetKind: 'entitlement', targetId: target.provider }]);
      }
      return ok({ status: fresh ? 201 : 200, body: entitlement });
    }),
  }),
  route<Target>({
    operationId: 'withdrawEntitlement', method: 'delete', path, tag: 'Entitlements', summary: 'No new accounts and no further sites for this subscriber and provider',
    description: 'Accounts that exist go on: pause or delete them to stop their orders.', tenancy: 'platform', roles: platform, params,
    responses: { 204: { description: 'Withdrawn' } },
    handle: ({ params: target, actor, commit }) => commit(async (client) => {
      if (!await withdrawEntitlement(client, target.subscriberId, target.provider)) {
        return refuse('not_found', `subscriber ${target.subscriberId} has no entitlement for ${target.provider}`);
      }
      await writeAudit(client, [{ subscriberId: target.subscriberId, actor, action: 'entitlements.withdraw', targetKind: 'entitlement', targetId: target.provider }]);
      return ok({ status: 204 });
    }),
  }),
];
