import { subjects, validator, type PushCommand, type PushQuery } from '@pes/contracts';
import { newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { askDispatch } from '../ask-dispatch.ts';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { camelKeys } from '../domain/camel-keys.ts';
import type { Scope } from '../domain/scope.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import type { Gateway } from '../gateway.ts';
import { actor, note, uuid } from '../param-schemas.ts';
import { commandPushes } from '../pushes/command-pushes.ts';
import { operation, type Operation } from './operation.ts';

type Row = Record<string, unknown>;

const checkQuery = validator('push-query');
const defaultLimit = 50;

/** The query is push-dispatch's own; so are the rows. */
export const listPushes: Operation = async (gateway, scope, request) => {
  const checked = checkQuery(request);
  if (!checked.ok) return refuse('invalid', checked.errors.join('; '), checked.errors);
  const query: PushQuery = { limit: defaultLimit, ...checked.value, ...(scope.subscriberId !== null && { subscriberId: scope.subscriberId }) };
  const answer = await askDispatch<{ pushes: Row[] }>(gateway, subjects.rpcDispatchPushes, query);
  if (!answer.ok) return answer;
  const { pushes } = answer.value;
  return ok({ pushes: pushes.map(camelKeys), next: pushes.length < (query.limit ?? defaultLimit) ? null : (pushes.at(-1)?.['push_id'] ?? null) });
};

interface Detail { push: Row; attempts: Row[]; commands: Row[] }

async function findPush(gateway: Gateway, { subscriberId }: Scope, pushId: string): Promise<Answer<Detail>> {
  const answer = await askDispatch<Detail>(gateway, subjects.rpcDispatchPush, { pushId });
  if (!answer.ok || subscriberId === null || answer.value.push['subscriber_id'] === subscriberId) return answer;
  return refuse('not_found', `there is no push ${pushId}`);
}

export const showPush = operation(checkParams<{ pushId: string }>({ pushId: uuid }, ['pushId']), async (gateway, { pushId }, scope) => {
  const answer = await findPush(gateway, scope, pushId);
  if (!answer.ok) return answer;
  const { push, attempts, commands } = answer.value;
  return ok({ push: camelKeys(push), attempts: attempts.map(camelKeys), commands: commands.map(camelKeys) });
});

type Order = Pick<PushCommand, 'action' | 'pushIds' | 'actor'> & { note?: string | undefined; providerRef?: string | undefined };

/** Commands are addressed by subscriber; push-dispatch knows whose pushes these are. */
async function command(gateway: Gateway, scope: Scope, verb: string, order: Order): Promise<Answer<object>> {
  const bySubscriber = new Map<string, string[]>();
  for (const pushId of order.pushIds) {
    const found = await findPush(gateway, scope, pushId);
    if (!found.ok) return found;
    const subscriberId = String(found.value.push['subscriber_id']);
    bySubscriber.set(subscriberId, [...(bySubscriber.get(subscriberId) ?? []), pushId]);
  }
  const commandId = `person:${newId()}`;
  const { action, actor: who, note: reason, providerRef } = order;
  const atMs = gateway.clock.now();
  await inTransaction(gateway.db, async (client) => {
    for (const [subscriberId, pushIds] of bySubscriber) await commandPushes(client, { commandId, subscriberId, action, pushIds, actor: who, note: reason, providerRef, atMs });
    await writeAudit(client, [...bySubscriber].flatMap(([subscriberId, pushIds]) => pushIds.map((pushId) => ({
      subscriberId, actor: who, action: verb, targetKind: 'push' as const, targetId: pushId, note: reason, detail: { commandId, action, providerRef },
    }))));
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
  async (gateway, { pushIds, mode, confirm, note: reason, actor: who }, scope) => {
    if (mode !== 'retry' && !confirm) return refuse('confirm_required', risks[mode]);
    return command(gateway, scope, 'pushes.retry', { action: mode, pushIds, actor: who, note: reason });
  },
);

interface ResolveParams { pushId: string; as: 'mark-sent' | 'dismiss'; providerRef?: string; note?: string; actor: string }

export const resolvePush = operation(
  checkParams<ResolveParams>({ pushId: uuid, as: { enum: ['mark-sent', 'dismiss'] }, providerRef: { type: 'string', minLength: 1, maxLength: 200 }, note, actor }, ['pushId', 'as', 'actor']),
  async (gateway, { pushId, as: action, providerRef, note: reason, actor: who }, scope) => {
    if (action === 'dismiss' && providerRef !== undefined) return refuse('invalid', 'providerRef goes with as: mark-sent, not with dismiss');
    return command(gateway, scope, 'pushes.resolve', { action, pushIds: [pushId], actor: who, note: reason, providerRef });
  },
);
