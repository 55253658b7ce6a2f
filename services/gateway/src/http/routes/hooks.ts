import { randomBytes } from 'node:crypto';
import { ok } from '@pes/kernel';
import { noAccount } from '../../accounts/change-account.ts';
import { writeAudit } from '../../data-access/audit.sql.ts';
import { setHookToken } from '../../data-access/hooks.sql.ts';
import { hashOfToken, keptHeaders } from '../../domain/hook-token.ts';
import { receiveCall } from '../../inbound/receive-call.ts';
import { queryOf } from '../check-input.ts';
import { admins, route, type Route } from '../route.ts';
import { answer, object, provider, time, uuid } from '../schemas.ts';
import { isStorableText } from '../read-body.ts';
import { accountParams, type AccountPath } from './accounts.ts';

const tokenBytes = 24;
const token = { type: 'string', pattern: '^[A-Za-z0-9_-]{20,100}$', $comment: 'the token that the hook address ends with' };
const path = '/api/v1/accounts/{accountId}/hook';
const longestQuery = 2_000;

export const hookRoutes: readonly Route[] = [
  route<AccountPath>({
    operationId: 'createHook', method: 'post', path, tag: 'Hooks', summary: 'Make the address at which the provider calls us', tenancy: 'subscriber', roles: admins, params: accountParams,
    description: 'Shown once; a new one ends the old one. Enter it at the provider.', idempotencyKey: false,
    responses: { 201: answer('The address', object({ url: { type: 'string' }, createdAt: time })) },
    handle: ({ api, subscriberId, actor, params: { accountId }, commit }) => commit(async (client) => {
      const made = randomBytes(tokenBytes).toString('base64url');
      const set = await setHookToken(client, subscriberId, accountId, hashOfToken(made));
      if (set === undefined) return noAccount(accountId);
      await writeAudit(client, [{ subscriberId, actor, action: 'accounts.hook', targetKind: 'account', targetId: accountId }]);
      return ok({ status: 201, body: { url: `${api.config.PUBLIC_URL ?? ''}/hooks/${set.provider}/${accountId}/${made}`, createdAt: set.createdAt } });
    }),
  }),
  route<AccountPath>({
    operationId: 'deleteHook', method: 'delete', path, tag: 'Hooks', summary: 'The provider may not call us any more', tenancy: 'subscriber', roles: admins, params: accountParams,
    responses: { 204: { description: 'The address is gone' } },
    handle: ({ subscriberId, actor, params: { accountId }, commit }) => commit(async (client) => {
      if (await setHookToken(client, subscriberId, accountId, null) === undefined) return noAccount(accountId);
      await writeAudit(client, [{ subscriberId, actor, action: 'accounts.unhook', targetKind: 'account', targetId: accountId }]);
      return ok({ status: 204 });
    }),
  }),
  route<{ params: { provider: string; accountId: string; token: string } }>({
    operationId: 'receiveHook', method: 'post', path: '/hooks/{provider}/{accountId}/{token}', tag: 'Hooks', summary: 'A call of a provider', tenancy: 'everybody', roles: [],
    description: 'Stored before it is answered. The same bytes again within 10 seconds are one call. Providers that expect a document get the one that their connector writes.',
    params: { provider, accountId: uuid, token }, anyQuery: true, body: { kind: 'bytes', maxBytes: ({ config }) => config.HOOK_MAX_KB * 1024 },
    responses: { 200: { description: 'Stored; or the document that the provider expects, in its own type', contentType: '*/*' } },
    async handle({ api, params, body, request }) {
      const query = queryOf(request).slice(0, longestQuery);
      const received = await receiveCall(api, { ...params, headers: storable(keptHeaders(request.headers)), query: isStorableText(query) ? query : '', body: body as Buffer });
      if (!received.ok) return received;
      if (received.value.kind === 'stored') return ok({ status: 200, body: { received: true, callId: received.value.callId } });
      const { status, contentType, body: document } = received.value.reply;
      return ok({ status, contentType, body: document });
    },
  }),
];

function storable(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => isStorableText(value)));
}
