import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderDecision, PushChange } from '@pes/contracts';
import { createPushTracker, type PushTracker } from '../src/demo/push-tracker.ts';
import { isSettled, surpriseOf } from '../src/demo/settlement.ts';
import { totalsOf } from '../src/demo/summary.ts';
import type { EmittedOrder } from '../src/pressero/emitted-orders.ts';

const at = '2026-03-02T09:00:00.000Z';
const order: EmittedOrder = {
  kind: 'changed-after', orderId: 'o', orderNumber: 7, siteName: 'Shop', customer: 'A B', placedAt: at, total: '1.00', currency: 'USD', itemCount: 1, decidingVersion: 1, lastVersion: 2,
  expected: { eligible: true, deliveries: [{ accountId: 'a', provider: 'shipstation', reference: 'HD-7', state: 'sent', itemReferences: ['HD-7-1'], parts: 1 }] },
};
const waiting: EmittedOrder = { ...order, lastVersion: 1, expected: { eligible: false, deliveries: [] } };
const nowhere: EmittedOrder = { ...order, lastVersion: 1, expected: { eligible: true, deliveries: [] } };

let tracker: PushTracker;
beforeEach(() => {
  tracker = createPushTracker();
});

function decide(version: number, result: OrderDecision['result']): void {
  tracker.decided({ decisions: [{ orderId: 'o', orderNumber: 7, version, subscriberId: 's', siteId: 'x', result, final: false, reasons: [], itemNumbers: [], decidedAt: at, order: null }] });
}

function push(revision: number, state: PushChange['state'], accountId: string | null = 'a'): void {
  const change: PushChange = {
    pushId: accountId === null ? null : 'p', orderId: 'o', orderNumber: 7, siteId: 'x', accountId, provider: 'shipstation', state, code: null, message: `is ${state}`,
    reference: 'HD-7', providerRef: null, attempt: 1, nextAttemptAt: null, revision, at,
  };
  tracker.changed({ subscriberId: 's', changes: [change] });
}

describe('an order that must be sent', () => {
  it('settles when its push rests and its last version is decided', () => {
    expect(isSettled(order, 1, tracker)).toBe(false);
    decide(1, 'eligible');
    push(1, 'sending');
    expect(isSettled(order, 1, tracker)).toBe(false);
    push(2, 'sent');
    expect([isSettled(order, 1, tracker), isSettled(order, 2, tracker)]).toEqual([true, false]);
    decide(2, 'eligible');
    expect(isSettled(order, 2, tracker)).toBe(true);
    expect(surpriseOf(order, tracker)).toBeUndefined();
  });

  it('keeps the newest word when events come late or twice', () => {
    decide(2, 'eligible');
    push(3, 'sent');
    push(1, 'queued');
    push(3, 'sent');
    decide(1, 'waiting');
    expect(tracker.decisionOf('o')?.version).toBe(2);
    expect(surpriseOf(order, tracker)).toBeUndefined();
    expect(totalsOf([order], tracker)).toEqual({ orders: 1, eligible: 1, waiting: 0, undecided: 0, pushes: 1, states: { sent: 1 } });
  });

  it.each(['rejected', 'dead', 'needs-person', 'waiting-mapping'] as const)('is a surprise when it rests as %s', (state) => {
    decide(2, 'eligible');
    push(1, state);
    expect(surpriseOf(order, tracker)).toBe(`order 7 (changed-after) should be sent as HD-7: eligible, HD-7 ${state} (is ${state})`);
  });

  it('is a surprise when another account got it too', () => {
    decide(2, 'eligible');
    push(1, 'sent');
    push(1, 'sent', 'b');
    expect(surpriseOf(order, tracker)).toContain('has pushes that nobody expects');
  });

  it('is a surprise while nothing is known of it', () => {
    expect(surpriseOf(order, tracker)).toBe('order 7 (changed-after) has not come to rest: not decided');
  });
});

describe('an order that must wait', () => {
  it('settles with its decision', () => {
    decide(1, 'waiting');
    expect(surpriseOf(waiting, tracker)).toBeUndefined();
  });

  it('is a surprise when it was eligible in between', () => {
    decide(1, 'eligible');
    decide(2, 'waiting');
    expect(surpriseOf(waiting, tracker)).toContain('was eligible, although it must wait');
  });
});

describe('an order of a site that is not live', () => {
  it('settles when it is said that nobody gets it', () => {
    decide(1, 'eligible');
    expect(isSettled(nowhere, 1, tracker)).toBe(false);
    push(1, 'no-target', null);
    expect(surpriseOf(nowhere, tracker)).toBeUndefined();
    expect(totalsOf([nowhere], tracker).pushes).toBe(0);
  });

  it('is a surprise when an account got it', () => {
    decide(1, 'eligible');
    push(1, 'no-target', null);
    push(1, 'sent');
    expect(surpriseOf(nowhere, tracker)).toContain('has pushes that nobody expects');
  });
});
