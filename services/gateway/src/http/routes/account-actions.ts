import { subjects } from '@pes/contracts';
import { newId, ok } from '@pes/kernel';
import { noAccount } from '../../accounts/change-account.ts';
import { checkAccount } from '../../accounts/check-account.ts';
import { prepareAccount, type NewAccount } from '../../accounts/create-account.ts';
import { askDispatch } from '../../ask-dispatch.ts';
import { findAccount, storeCheck } from '../../data-access/accounts.sql.ts';
import { orderAccount } from '../../data-access/order-account.ts';
import { currentVersion } from '../../data-access/registry-version.sql.ts';
import { camelKeys } from '../../domain/camel-keys.ts';
import { operators, admins, route, viewers, type Route } from '../route.ts';
import { answer, anyObject, nullable, object, provider, ref, text, uuid } from '../schemas.ts';
import { accountParams, formProperties, type AccountPath } from './accounts.ts';

const tag = 'Accounts';
const path = '/api/v1/accounts/{accountId}';

export const commandSchema = object({
  commandId: { type: 'string' },
  registryVersion: nullable({ type: 'integer', description: 'What the command was given under: readers whose copy is older wait for it' }),
});

function orderRoute(action: 'pause' | 'resume', summary: string): Route {
  return route<AccountPath & { body: { note?: string } }>({
    operationId: `${action}Account`, method: 'post', path: `${path}/${action}`, tag, summary, tenancy: 'subscriber', roles: operators, params: accountParams,
    body: { kind: 'json', optional: true, schema: { type: 'object', additionalProperties: false, properties: { note: text(1000) } } },
    responses: { 202: answer('push-dispatch is told', ref('Command')) },
    async handle({ api, subscriberId, actor, params: { accountId }, body: { note }, commit }) {
      if (await findAccount(api.db, subscriberId, accountId) === undefined) return noAccount(accountId);
      const id = newId();
      const done = await commit(async (client) => {
        const registryVersion = await currentVersion(client, subscriberId);
        await orderAccount(client, { id, subscriberId, accountId, action, actor, note, atMs: api.clock.now(), registryVersion });
        return ok({ status: 202, body: { commandId: `person:${id}`, registryVersion: registryVersion ?? null } });
      });
      api.wakeOutbox();
      return done;
    },
  });
}

export const accountActionRoutes: readonly Route[] = [
  route<{ body: NewAccount }>({
    operationId: 'checkNewAccount', method: 'post', path: '/api/v1/account-checks', tag, summary: 'Try an account before it is made', tenancy: 'subscriber', roles: admins, idempotencyKey: false,
    body: { kind: 'json', schema: {
      type: 'object', additionalProperties: false, required: ['provider', 'credentials'], properties: { provider, settings: { ...formProperties.settings, default: {} }, credentials: formProperties.credentials },
    } },
    responses: { 200: answer('What the provider said', ref('AccountCheck')) },
    async handle({ api, subscriberId, body }) {
      const prepared = await prepareAccount(api, subscriberId, { ...body, name: 'new account', adminUser: null, referencePrefix: '' });
      if (!prepared.ok) return prepared;
      const checked = await checkAccount(api, prepared.value);
      return checked.ok ? ok({ status: 200, body: checked.value }) : checked;
    },
  }),
  route<AccountPath>({
    operationId: 'checkAccount', method: 'post', path: `${path}/check`, tag, summary: 'Try an account: do its credentials work?', tenancy: 'subscriber', roles: operators,
    params: accountParams, idempotencyKey: false, responses: { 200: answer('What the provider said; it is kept as lastCheck', ref('AccountCheck')) },
    async handle({ api, subscriberId, params: { accountId } }) {
      const account = await findAccount(api.db, subscriberId, accountId);
      if (account === undefined) return noAccount(accountId);
      const checked = await checkAccount(api, account);
      if (!checked.ok) return checked;
      await storeCheck(api.db, subscriberId, accountId, checked.value);
      return ok({ status: 200, body: checked.value });
    },
  }),
  route<AccountPath>({
    operationId: 'showAccountQueue', method: 'get', path: `${path}/queue`, tag, summary: 'What waits for an account, and whether it is paused', tenancy: 'subscriber', roles: viewers,
    params: accountParams, responses: { 200: answer('As push-dispatch has it; null while it does not know the account', object({ accountId: uuid, queue: nullable(anyObject) })), 503: { description: 'push-dispatch does not answer' } },
    async handle({ api, subscriberId, params: { accountId } }) {
      if (await findAccount(api.db, subscriberId, accountId) === undefined) return noAccount(accountId);
      const lanes = await askDispatch<{ lanes: Array<Record<string, unknown>> }>(api, subjects.rpcDispatchLanes, { subscriberId });
      if (!lanes.ok) return lanes;
      const lane = lanes.value.lanes.find((candidate) => candidate['account_id'] === accountId);
      return ok({ status: 200, body: { accountId, queue: lane === undefined ? null : camelKeys(lane) } });
    },
  }),
  orderRoute('pause', 'Send nothing more; orders wait'),
  orderRoute('resume', 'Go on, also after refused credentials'),
];
