import { eventTypes, schemas, subjects, type DeadLetter, type DeadPush, type PresseroOrderEvent } from '@pes/contracts';
import { newId } from '@pes/kernel';
import type { OutMessage } from '@pes/messaging';

export const ids = {
  subscriber: '33333333-0000-7000-8000-000000000001',
  otherSubscriber: '33333333-0000-7000-8000-000000000002',
  site: '33333333-0000-7000-8000-000000000003',
  otherSite: '33333333-0000-7000-8000-000000000004',
  east: '33333333-0000-7000-8000-00000000000a',
  west: '33333333-0000-7000-8000-00000000000b',
};

let orderNumber = 7000;

export function aDeadPush(changes: Partial<DeadPush> = {}): DeadPush {
  orderNumber += 1;
  return {
    pushId: newId(), subscriberId: ids.subscriber, siteId: ids.site, accountId: ids.east, orderId: newId(), orderNumber, provider: 'acme-press', reference: `AE-${orderNumber}`,
    code: 'attempts_exhausted', message: 'Not sent: all 8 attempts failed. Last: connection refused', attempts: 8, revision: 17,
    firstAttemptAt: '2026-05-04T08:00:00.000Z', lastAttemptAt: '2026-05-04T17:30:00.000Z', duplicateRisk: 'looked-up', ...changes,
  };
}

/** As push-dispatch says it. */
export function deadPushMessage(push: DeadPush): OutMessage {
  return {
    subject: subjects.deadPush(push.provider, push.accountId), type: eventTypes.deadPush, id: `dead-push:${push.pushId}:${push.revision}`, source: 'push-dispatch', data: push,
  };
}

export function anOrderEvent(changes: Partial<PresseroOrderEvent['order']> = {}): PresseroOrderEvent {
  const example = structuredClone(schemas.get('pressero-order-event')?.examples?.[0]) as PresseroOrderEvent;
  return { order: { ...example.order, subscriberId: ids.subscriber, siteId: ids.site, orderNumber: 4711, siteName: 'Brochure Bar', ...changes } };
}

let sequence = 0;

/** A message that order-eligibility could not read. */
export function aDeadLetter(body: unknown, changes: Partial<DeadLetter> = {}): DeadLetter {
  sequence += 1;
  return {
    consumer: 'eligibility-orders', stream: 'PRESSERO', streamSequence: sequence, subject: subjects.presseroOrder('placed', ids.subscriber), code: 'schema_violation',
    errors: ['/order/currency must be string'], deliveries: 1, firstSeenAt: '2026-05-05T09:00:00.000Z', deadAt: '2026-05-05T09:00:00.120Z',
    headers: { 'ce-id': `order-${sequence}`, 'ce-type': eventTypes.presseroOrder, 'ce-source': 'pressero' },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64'), encoding: 'base64', ...changes,
  };
}

export function deadLetterMessage(dead: DeadLetter): OutMessage {
  return {
    subject: subjects.dead(dead.consumer, dead.subject), type: eventTypes.deadLetter, id: `dead:${dead.consumer}:${dead.stream}:${dead.streamSequence}:${dead.firstSeenAt}`,
    source: dead.consumer, data: dead,
  };
}
