import { ok } from '@pes/kernel';
import { rotateKeys } from '../../accounts/rotate-keys.ts';
import { countKeys } from '../../data-access/accounts.sql.ts';
import { platform, route, type Route } from '../route.ts';
import { answer, count, listOf, object, uuid } from '../schemas.ts';

const keyId = { type: 'string' };

export const keyRoutes: readonly Route[] = [
  route({
    operationId: 'listKeys', method: 'get', path: '/api/v1/keys', tag: 'Keys', summary: 'Which master keys seal how many accounts', tenancy: 'platform', roles: platform,
    description: 'A master key may be dropped from MASTER_KEYS when no account needs it.',
    responses: { 200: answer('By key', object({ sealsWith: keyId, items: listOf(object({ keyId, accounts: count })) })) },
    handle: async ({ api }) => ok({ status: 200, body: { sealsWith: api.masters[0].keyId, items: await countKeys(api.db) } }),
  }),
  route({
    operationId: 'rotateKeys', method: 'post', path: '/api/v1/keys/rotate', tag: 'Keys', summary: 'Put all credentials under the first master key', tenancy: 'platform', roles: platform,
    description: 'Nothing stops meanwhile. Interrupted, it goes on when it is run again.', idempotencyKey: false,
    responses: { 200: answer('Done', object({ keyId, rewrapped: count, unreadable: listOf(uuid) })) },
    handle: async ({ api, actor }) => ok({ status: 200, body: await rotateKeys(api, actor) }),
  }),
];
