import { ok } from '@pes/kernel';
import { addAccount, prepareAccount, type NewAccount } from '../../accounts/create-account.ts';
import { changeAccount, deleteAccount, noAccount, prepareChange, type AccountChange } from '../../accounts/change-account.ts';
import { findAccount, listAccounts } from '../../data-access/accounts.sql.ts';
import { shownAccount } from '../../domain/account.ts';
import { cursorParts, cursorQuery, decodeCursor, pageOf } from '../cursor.ts';
import { admins, route, viewers, type JsonSchema, type Properties, type Route } from '../route.ts';
import { anyObject, answer, flag, nullable, object, pageSchema, provider, ref, text, time, uuid } from '../schemas.ts';

export const checkSchema = object({
  ok: flag, code: nullable({ type: 'string' }), field: nullable({ type: 'string' }), message: { type: 'string', description: 'For the admin: what to fix' }, checkedAt: time,
});

export const accountSchema = object({
  accountId: uuid, provider, name: { type: 'string' }, adminUser: nullable({ type: 'string' }), state: { enum: ['active', 'paused', 'deleted'] },
  referencePrefix: { type: 'string' }, prefixFixed: { ...flag, description: 'Orders were sent under the prefix: it cannot change' }, settings: anyObject,
  hookCreatedAt: nullable(time), lastCheck: nullable(ref('AccountCheck')), version: { type: 'integer', description: 'Registry version; also the ETag' }, createdAt: time, updatedAt: time,
});

const settings: JsonSchema = { ...anyObject, description: "By the provider's accountSettings schema" };
const credentials: JsonSchema = { ...anyObject, description: "By the provider's credentials schema. Written only: no answer ever holds them" };

/** What an admin enters. */
export const formProperties = {
  name: text(100), adminUser: { ...nullable(text(200)), description: 'Pressero user on whose rights the account works' },
  referencePrefix: { type: 'string', pattern: '^[A-Za-z0-9-]{0,12}$', description: 'Up to 12 letters, digits and hyphens before order numbers at the provider. Fixed once an order went out' },
  settings, credentials,
} as const satisfies Properties;

export const accountParams = { accountId: uuid } as const;
export interface AccountPath { params: { accountId: string } }

const newAccount: JsonSchema = {
  type: 'object', additionalProperties: false, required: ['provider', 'name', 'credentials'],
  properties: {
    provider, ...formProperties, adminUser: { ...formProperties.adminUser, default: null }, referencePrefix: { ...formProperties.referencePrefix, default: '' },
    settings: { ...formProperties.settings, default: {} },
  },
};

const path = '/api/v1/accounts/{accountId}';
const tag = 'Accounts';

export const accountRoutes: readonly Route[] = [
  route<{ query: { provider?: string; cursor?: string; limit: number } }>({
    operationId: 'listAccounts', method: 'get', path: '/api/v1/accounts', tag, summary: 'Accounts of the subscriber', tenancy: 'subscriber', roles: viewers,
    query: { provider, ...cursorQuery }, responses: { 200: answer('A page, oldest first', pageSchema(ref('Account'))) },
    async handle({ api, subscriberId, query }) {
      const cursor = decodeCursor(query.cursor, [cursorParts.uuid]);
      if (!cursor.ok) return cursor;
      const rows = await listAccounts(api.db, subscriberId, { provider: query.provider, after: cursor.value.position?.[0] }, query.limit + 1);
      const { items, next } = pageOf(rows, query.limit, ({ accountId }) => [accountId]);
      return ok({ status: 200, body: { items: items.map(shownAccount), next } });
    },
  }),
  route<{ body: NewAccount }>({
    operationId: 'createAccount', method: 'post', path: '/api/v1/accounts', tag, summary: 'Set up an account at a provider', tenancy: 'subscriber', roles: admins,
    description: 'Credentials are sealed before they are stored; only the connector of the provider opens them. Check the account next.',
    body: { kind: 'json', schema: newAccount }, responses: { 201: answer('Made', ref('Account')) },
    async handle({ api, subscriberId, actor, body, commit }) {
      const prepared = await prepareAccount(api, subscriberId, body);
      if (!prepared.ok) return prepared;
      const done = await commit(async (client) => {
        const account = await addAccount(client, prepared.value, actor);
        if (!account.ok) return account;
        const { accountId, version } = account.value;
        return ok({ status: 201, body: shownAccount(account.value), version, headers: { location: `/api/v1/accounts/${accountId}` } });
      });
      api.wakeOutbox();
      return done;
    },
  }),
  route<AccountPath>({
    operationId: 'showAccount', method: 'get', path, tag, summary: 'One account', tenancy: 'subscriber', roles: viewers, params: accountParams,
    responses: { 200: answer('The account', ref('Account')) },
    async handle({ api, subscriberId, params: { accountId } }) {
      const account = await findAccount(api.db, subscriberId, accountId);
      return account === undefined ? noAccount(accountId) : ok({ status: 200, body: shownAccount(account), version: account.version });
    },
  }),
  route<AccountPath & { body: AccountChange }>({
    operationId: 'changeAccount', method: 'patch', path, tag, summary: 'Change an account', tenancy: 'subscriber', roles: admins, params: accountParams, ifMatch: 'required',
    description: 'What is given takes the place of what was there; settings and credentials are replaced as a whole.',
    body: { kind: 'json', schema: { type: 'object', additionalProperties: false, minProperties: 1, properties: formProperties } },
    responses: { 200: answer('Changed', ref('Account')) },
    async handle({ api, subscriberId, actor, params: { accountId }, body, ifMatch, commit }) {
      const target = { subscriberId, accountId, actor };
      const prepared = await prepareChange(api, target, body);
      if (!prepared.ok) return prepared;
      const done = await commit(async (client) => {
        const account = await changeAccount(client, target, prepared.value, ifMatch);
        return account.ok ? ok({ status: 200, body: shownAccount(account.value), version: account.value.version }) : account;
      });
      api.wakeOutbox();
      return done;
    },
  }),
  route<AccountPath>({
    operationId: 'deleteAccount', method: 'delete', path, tag, summary: 'Take an account away', tenancy: 'subscriber', roles: admins, params: accountParams,
    description: 'Its sites are switched off; its orders and their history stay.', responses: { 204: { description: 'Deleted' } },
    async handle({ api, subscriberId, actor, params: { accountId }, commit }) {
      const done = await commit(async (client) => {
        const deleted = await deleteAccount(client, { subscriberId, accountId, actor });
        return deleted.ok ? ok({ status: 204 }) : deleted;
      });
      api.wakeOutbox();
      return done;
    },
  }),
];
