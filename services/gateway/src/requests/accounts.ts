import { eventTypes, subjects, type AccountCommand } from '@pes/contracts';
import { isoTime, newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { askDispatch } from '../ask-dispatch.ts';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import { refuse } from '../domain/refusal.ts';
import { actor, note, uuid } from '../param-schemas.ts';
import { operation, type Operation } from './operation.ts';

type Row = Record<string, unknown>;

export const listAccounts = operation(checkParams<{ subscriberId?: string }>({ subscriberId: uuid }), async (gateway, request) => {
  const answer = await askDispatch<{ lanes: Row[] }>(gateway, subjects.rpcDispatchLanes, request);
  return answer.ok ? ok({ accounts: answer.value.lanes.map(camelKeys) }) : answer;
});

interface CommandParams { accountId: string; note?: string; actor: string }

function accountOperation(action: AccountCommand['action']): Operation {
  return operation(checkParams<CommandParams>({ accountId: uuid, note, actor }, ['accountId', 'actor']), async (gateway, { accountId, note: reason, actor: who }) => {
    const lanes = await askDispatch<{ lanes: Row[] }>(gateway, subjects.rpcDispatchLanes, {});
    if (!lanes.ok) return lanes;
    const account = lanes.value.lanes.find((lane) => lane['account_id'] === accountId);
    if (account === undefined) return refuse('not_found', `there is no account ${accountId}`);
    const subscriberId = String(account['subscriber_id']);
    const id = newId();
    const command: AccountCommand = {
      commandId: `person:${id}`, subscriberId, accountId, action, actor: who, at: isoTime(gateway.clock.now()), ...(reason !== undefined && { note: reason }),
    };
    await inTransaction(gateway.db, async (client) => {
      await addToOutbox(client, [{ id, subject: subjects.accountCommand(subscriberId), type: eventTypes.accountCommand, source: 'gateway', data: JSON.stringify(command) }]);
      await writeAudit(client, [{ actor: who, action: `accounts.${action}`, targetKind: 'account', targetId: accountId, note: reason }]);
    });
    gateway.wakeOutbox();
    return ok({ commandId: command.commandId, accountId, name: account['name'], action });
  });
}

export const pauseAccount = accountOperation('pause');
export const resumeAccount = accountOperation('resume');
