import { eventTypes, failureCodes, subjects, type ConnectorManifest, type PushWork, type PushWorkItem } from '@pes/contracts';
import { groupBy, isoTime } from '@pes/kernel';
import type { OutMessage } from '@pes/messaging';
import type { AccountContext, RegistryContext } from '@pes/registry';
import type { ClaimedPush, Parking } from './claimed-push.ts';
import { missingEntities, preflight, problemSentence } from './preflight.ts';

export interface PreparedWork {
  messages: OutMessage[];
  parkings: Parking[];
}

type Prepared = { ok: true; item: PushWorkItem } | { ok: false; parking: Parking };

/** "Not sent" must not be said of a push that may be at the provider, and it must not wait for a setting either: a person looks there. */
function park(push: ClaimedPush, parking: Omit<Parking, 'pushId' | 'attempt'>): Prepared {
  const { push_id: pushId, attempt } = push;
  if (!push.check_first || parking.state === 'queued') return { ok: false, parking: { pushId, attempt, ...parking } };
  const message = `It is not known whether ${push.reference} reached the provider, and it cannot be sent now. Look there, then mark as sent or push again. ${failureCodes[parking.code]}`;
  return { ok: false, parking: { pushId, attempt, state: 'needs-person', code: parking.code, message, waitingFor: [] } };
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
  if (manifest === undefined) {
    return park(push, { state: 'queued', code: 'manifest_missing', message: 'Waiting: the connector has not started yet.', waitingFor: [] });
  }
  if (account === undefined || activation === undefined || !activation.enabled || !activation.live) {
    return park(push, { state: 'withdrawn', code: 'site_not_live', message: 'Not sent: the account is not live on this site any more.', waitingFor: [] });
  }
  if (!push.eligible) {
    const message = 'Waiting: the order changed before it was sent and is not ready any more.';
    return park(push, { state: 'withdrawn', code: 'not_ready_any_more', message, waitingFor: [] });
  }
  const result = preflight(push.snapshot, push.item_numbers, { account, activation, manifest }, context);
  if (!result.ok) {
    const { problems } = result;
    return park(push, { state: 'waiting-mapping', code: 'mapping_missing', message: problemSentence(problems), waitingFor: missingEntities(problems) });
  }
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

function workMessage(workId: string, account: AccountContext, orders: PushWorkItem[]): OutMessage {
  const { provider, accountId, subscriberId, name, settings, sealedCredentials, version } = account;
  const data: PushWork = { provider, account: { accountId, subscriberId, name, settings, sealedCredentials, version }, orders };
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
    // Nothing was prepared for an account that is not there.
    const account = context.accounts.get(pushes[0]?.account_id ?? '');
    if (account !== undefined && items.length > 0) messages.push(workMessage(workId, account, items));
  }
  return { messages, parkings };
}
