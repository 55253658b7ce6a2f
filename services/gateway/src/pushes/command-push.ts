import type { PushCommand } from '@pes/contracts';
import { newId, ok } from '@pes/kernel';
import type { PoolClient } from '@pes/store';
import { writeAudit } from '../data-access/audit.sql.ts';
import { findReadPush } from '../data-access/find-pushes.sql.ts';
import { currentVersion } from '../data-access/registry-version.sql.ts';
import { retryablePushStates, type PushState } from '../domain/order-state.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import { commandPushes } from './command-pushes.ts';

type Action = PushCommand['action'];

interface OneCommand {
  subscriberId: string;
  pushId: string;
  action: Action;
  confirm?: boolean | undefined;
  note?: string | undefined;
  providerRef?: string | undefined;
  actor: string;
  atMs: number;
}

/** From which states push-dispatch takes a command; from others it would do nothing, without a word. */
const movable: Readonly<Record<Action, readonly PushState[]>> = {
  retry: retryablePushStates,
  resend: retryablePushStates,
  'resend-as-new': [...retryablePushStates, 'sent'],
  'mark-sent': ['dead', 'rejected', 'blocked', 'retrying', 'checking', 'waiting-mapping', 'dismissed', 'needs-person'],
  dismiss: ['dead', 'rejected', 'blocked', 'waiting-mapping', 'needs-person', 'withdrawn'],
};

const risks: Partial<Record<Action, string>> = {
  resend: 'resend sends without looking whether the provider has the order: send confirm: true',
  'resend-as-new': 'resend-as-new makes another order at the provider: send confirm: true',
};

/** In a transaction: one command about one push. Refused when the push, as far as we know, cannot follow it. */
export async function commandPush(client: PoolClient, { subscriberId, pushId, action, confirm, ...rest }: OneCommand): Promise<Answer<{ commandId: string }>> {
  const push = await findReadPush(client, subscriberId, pushId);
  if (push === undefined) return refuse('not_found', `there is no push ${pushId}`);
  if (!movable[action].includes(push.state)) return refuse('conflict', `the push is ${push.state}, from where ${action} does nothing; it goes from ${movable[action].join(', ')}`);
  const risk = risks[action];
  if (risk !== undefined && confirm !== true) return refuse('confirm_required', risk);
  const commandId = `person:${newId()}`;
  const { note, actor, providerRef } = rest;
  await commandPushes(client, { commandId, subscriberId, action, pushIds: [pushId], ...rest, registryVersion: await currentVersion(client, subscriberId) });
  await writeAudit(client, [{ subscriberId, actor, action: `pushes.${action}`, targetKind: 'push', targetId: pushId, note, detail: { commandId, action, providerRef, was: push.state } }]);
  return ok({ commandId });
}
