import { createHash } from 'node:crypto';
import { chunk, groupBy, isoTime } from '@pes/kernel';
import { eventTypes, subjects, type PushChange } from '@pes/contracts';
import type { OutMessage } from '@pes/messaging';
import type { PushRow } from './push-state.ts';

const changesPerMessage = 100;

export function changeOf(row: PushRow): PushChange {
  return {
    pushId: row.push_id, orderId: row.order_id, orderNumber: row.order_number, siteId: row.site_id, accountId: row.account_id, provider: row.provider,
    state: row.state, code: row.code, message: row.message.slice(0, 2000), reference: row.reference, providerRef: row.provider_ref,
    attempt: row.attempt, nextAttemptAt: row.run_at === null ? null : isoTime(row.run_at.getTime()), revision: row.revision, at: isoTime(row.updated_at.getTime()),
  };
}

/** Tagged with the subscriber, which is part of the subject and not of the change. */
export interface SubscriberChange {
  subscriberId: string;
  change: PushChange;
}

/** Events for a list of changes: one subscriber each, up to 100 changes, and an id that follows from the content, so that a repeat is the same event. */
export function changeEvents(changes: readonly SubscriberChange[]): OutMessage[] {
  return [...groupBy(changes, (entry) => entry.subscriberId)].flatMap(([subscriberId, entries]) =>
    chunk(entries, changesPerMessage).map((part) => {
      const key = part.map(({ change }) => `${change.pushId ?? change.orderId}:${change.revision}`).join(',');
      return {
        subject: subjects.pushChanged(subscriberId),
        type: eventTypes.pushChanged,
        id: `push-changed:${createHash('sha1').update(key).digest('hex')}`,
        source: 'push-dispatch',
        data: { subscriberId, changes: part.map(({ change }) => change) },
      };
    }));
}

export function rowEvents(rows: readonly PushRow[]): OutMessage[] {
  return changeEvents(rows.map((row) => ({ subscriberId: row.subscriber_id, change: changeOf(row) })));
}
