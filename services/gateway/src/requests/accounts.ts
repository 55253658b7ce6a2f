import { subjects, type AccountCommand } from '@pes/contracts';
import { newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { askDispatch } from '../ask-dispatch.ts';
import { checkParams } from '../check-params.ts';
import { orderAccount } from '../data-access/order-account.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import { refuse } from '../domain/refusal.ts';
import { actor, note, uuid } from '../param-schemas.ts';
import { operation, type Operation } from './operation.ts';

type Row = Record<string, unknown>;

export const listAccounts = operation(checkParams<{ subscriberId?: string }>({ subscriberId: uuid }), async (gateway, request, scope) => {
  const subscriberId = scope.subscriberId ?? request.subscriberId;
  const answer = await askDispatch<{ lanes: Row[] }>(gateway, subjects.rpcDispatchLanes, subscriberId === undefined ? {} : { subscriberId });
  return answer.ok ? ok({ accounts: answer.value.lanes.map(camelKeys) }) : answer;
});

interface CommandParams { accountId: string; note?: string; actor: string }

function accountOperation(action: AccountCommand['action']): Operation {
  return operation(checkParams<CommandParams>({ accountId: uuid, note, actor }, ['accountId', 'actor']), async (gateway, { accountId, note: reason, actor: who }, scope) => {
    const lanes = await askDispatch<{ lanes: Row[] }>(gateway, subjects.rpcDispatchLanes, scope.subscriberId === null ? {} : scope);
    if (!lanes.ok) return lanes;
    const account = lanes.value.lanes.find((lane) => lane['account_id'] === accountId);
    if (account === undefined) return refuse('not_found', `there is no account ${accountId}`);
    const order = { id: newId(), subscriberId: String(account['subscriber_id']), accountId, action, actor: who, note: reason, atMs: gateway.clock.now(), registryVersion: undefined };
    await inTransaction(gateway.db, (client) => orderAccount(client, order));
    gateway.wakeOutbox();
    return ok({ commandId: `person:${order.id}`, accountId, name: account['name'], action });
  });
}

export const pauseAccount = accountOperation('pause');
export const resumeAccount = accountOperation('resume');
