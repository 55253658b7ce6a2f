import { eventTypes, subjects, validator, type PushCommand, type PushQuery } from '@pes/contracts';
import { isoTime, newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { askDispatch } from '../ask-dispatch.ts';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Gateway } from '../gateway.ts';
import { actor, note, uuid } from '../param-schemas.ts';
import { operation, type Operation } from './operation.ts';

type Row = Record<string, unknown>;

const checkQuery = validator('push-query');
const defaultLimit = 50;

/** The query is push-dispatch's own; so are the rows. */
export const listPushes: Operation = async (gateway, request) => {
  const checked = checkQuery(request);
  if (!checked.ok) return refuse('invalid', checked.errors.join('; '), checked.errors);
  const query: PushQuery = { limit: defaultLimit, ...checked.value };
  const answer = await askDispatch<{ pushes: Row[] }>(gateway, subjects.rpcDispatchPushes, query);
  if (!answer.ok) return answer;
  const { pushes } = answer.value;
  return ok({ pushes: pushes.map(camelKeys), next: pushes.length < (query.limit ?? defaultLimit) ? null : (pushes.at(-1)?.['push_id'] ?? null) });
};

interface Detail { push: Row; attempts: Row[]; commands: Row[] }

export const showPush = operation(checkParams<{ pushId: string }>({ pushId: uuid }, ['pushId']), async (gateway, { pushId }) => {
  const answer = await askDispatch<Detail>(gateway, subjects.rpcDispatchPush, { pushId });
  if (!answer.ok) return answer;
  const { push, attempts, commands } = answer.value;
  return ok({ push: camelKeys(push), attempts: attempts.map(camelKeys), commands: commands.map(camelKeys) });
});

type Order = Pick<PushCommand, 'action' | 'pushIds' | 'actor'> & { note?: string | undefined; providerRef?: string | undefined };

/** Commands are addressed by subscriber; push-dispatch knows whose pushes these are. */
async function command(gateway: Gateway, verb: string, order: Order): Promise<Answer<object>> {
  const bySubscriber = new Map<string, string[]>();
  for (const pushId of order.pushIds) {
    const found = await askDispatch<Detail>(gateway, subjects.rpcDispatchPush, { pushId });
    if (!found.ok) return found;
    const subscriberId = String(found.value.push['subscriber_id']);
    bySubscriber.set(subscriberId, [...(bySubscriber.get(subscriberId) ?? []), pushId]);
  }
  const commandId = `person:${newId()}`;
  const { action, actor: who, note: reason, providerRef } = order;
  const at = isoTime(gateway.clock.now());
  await inTransaction(gateway.db, async (client) => {
    await addToOutbox(client, [...bySubscriber].map(([subscriberId, pushIds]) => {
      const data: PushCommand = {
        commandId, subscriberId, action, pushIds, actor: who, at, ...(reason !== undefined && { note: reason }), ...(providerRef !== undefined && { providerRef }),
      };
      return { id: newId(), subject: subjects.pushCommand(subscriberId), type: eventTypes.pushCommand, source: 'gateway', data: JSON.stringify(data) };
    }));
    await writeAudit(client, order.pushIds.map((pushId) => ({ actor: who, action: verb, targetKind: 'push', targetId: pushId, note: reason, detail: { commandId, action, providerRef } })));
  });
  gateway.wakeOutbox();
  return ok({ commandId, action, pushIds: order.pushIds });
}

interface RetryParams { pushIds: string[]; mode: 'retry' | 'resend' | 'resend-as-new'; confirm: boolean; note?: string; actor: string }

const risks = {
  resend: 'resend sends without looking whether the provider has the order: confirm it',
  'resend-as-new': 'resend-as-new makes another order at the provider: confirm it',
};

export const retryPushes = operation(
  checkParams<RetryParams>({
    pushIds: { type: 'array', items: uuid, minItems: 1, maxItems: 50, uniqueItems: true }, mode: { enum: ['retry', 'resend', 'resend-as-new'], default: 'retry' },
    confirm: { type: 'boolean', default: false }, note, actor,
  }, ['pushIds', 'actor']),
  async (gateway, { pushIds, mode, confirm, note: reason, actor: who }) => {
    if (mode !== 'retry' && !confirm) return refuse('confirm_required', risks[mode]);
    return command(gateway, 'pushes.retry', { action: mode, pushIds, actor: who, note: reason });
  },
);

interface ResolveParams { pushId: string; as: 'mark-sent' | 'dismiss'; providerRef?: string; note?: string; actor: string }

export const resolvePush = operation(
  checkParams<ResolveParams>({ pushId: uuid, as: { enum: ['mark-sent', 'dismiss'] }, providerRef: { type: 'string', minLength: 1, maxLength: 200 }, note, actor }, ['pushId', 'as', 'actor']),
  async (gateway, { pushId, as: action, providerRef, note: reason, actor: who }) => {
    if (action === 'dismiss' && providerRef !== undefined) return refuse('invalid', 'providerRef goes with as: mark-sent, not with dismiss');
    return command(gateway, 'pushes.resolve', { action, pushIds: [pushId], actor: who, note: reason, providerRef });
  },
);
