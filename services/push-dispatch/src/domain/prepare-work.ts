import { eventTypes, subjects, type ConnectorManifest, type PushWork, type PushWorkItem } from '@pes/contracts';
import { groupBy, isoTime } from '@pes/kernel';
import type { OutMessage } from '@pes/messaging';
import type { RegistryContext } from '@pes/registry';
import type { ClaimedPush } from '../data-access/claim-pushes.sql.ts';
import type { Parking } from '../data-access/park-pushes.sql.ts';
import { missingEntities, preflight, problemSentence } from './preflight.ts';

export interface PreparedWork {
  messages: OutMessage[];
  parkings: Parking[];
}

type Prepared = { ok: true; item: PushWorkItem } | { ok: false; parking: Parking };

function park(push: ClaimedPush, state: Parking['state'], code: string, message: string, waitingFor: string[] = []): Prepared {
  return { ok: false, parking: { pushId: push.push_id, attempt: push.attempt, state, code, message, waitingFor } };
}

/** The first claim stamps both times at once, so equal times mean that nothing was sent before this claim. */
function firstSentAt({ first_sent_at: sentAt, claimed_at: claimedAt, check_first: checkFirst }: ClaimedPush): string | null {
  if (sentAt === null || (!checkFirst && sentAt.getTime() >= claimedAt.getTime())) return null;
  return isoTime(sentAt.getTime());
}

/** The settings count as they are now, not as they were when the order arrived. */
function prepare(push: ClaimedPush, context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>): Prepared {
  const account = context.accounts.get(push.account_id);
  const activation = context.activations.get(push.site_id)?.find((candidate) => candidate.accountId === push.account_id);
  const manifest = manifests.get(push.provider);
  if (manifest === undefined) return park(push, 'queued', 'manifest_missing', 'Waiting: the connector has not started yet.');
  if (account === undefined || activation === undefined || !activation.enabled || !activation.live) {
    return park(push, 'withdrawn', 'site_not_live', 'Not sent: the account is not live on this site any more.');
  }
  const result = preflight(push.snapshot, push.item_numbers, { account, activation, manifest }, context);
  if (!result.ok) return park(push, 'waiting-mapping', 'mapping_missing', problemSentence(result.problems), missingEntities(result.problems));
  return {
    ok: true,
    item: {
      pushId: push.push_id, fence: push.attempt, attempt: push.attempt, mode: push.check_first ? 'check-then-send' : 'send',
      claimedAt: isoTime(push.claimed_at.getTime()), leaseUntil: isoTime(push.lease_until.getTime()),
      firstSentAt: firstSentAt(push),
      providerRef: push.provider_ref,
      push: { ...result.push, reference: push.reference },
    },
  };
}

function workMessage(workId: string, provider: string, orders: PushWorkItem[], context: RegistryContext, accountId: string): OutMessage {
  const account = context.accounts.get(accountId)!;
  const data: PushWork = {
    provider,
    account: {
      accountId, subscriberId: account.subscriberId, name: account.name, settings: account.settings,
      sealedCredentials: account.sealedCredentials, version: account.version,
    },
    orders,
  };
  return { subject: subjects.workPush(provider, accountId), type: eventTypes.workPush, id: `work:${workId}`, source: 'push-dispatch', data };
}

/**
 * Claimed pushes → one message for each claim and account, and the pushes that must not be sent now. The message's id is the claim's:
 * publishing the same claim again is the same message, which the broker drops when it still has it.
 */
export function prepareWork(claimed: readonly ClaimedPush[], context: RegistryContext, manifests: ReadonlyMap<string, ConnectorManifest>): PreparedWork {
  const messages: OutMessage[] = [];
  const parkings: Parking[] = [];
  for (const [workId, pushes] of groupBy(claimed, (push) => push.work_id)) {
    const items: PushWorkItem[] = [];
    for (const push of pushes) {
      const prepared = prepare(push, context, manifests);
      if (prepared.ok) items.push(prepared.item);
      else parkings.push(prepared.parking);
    }
    const [first] = pushes;
    if (first !== undefined && items.length > 0) messages.push(workMessage(workId, first.provider, items, context, first.account_id));
  }
  return { messages, parkings };
}
