import { describe, expect, it } from '@jest/globals';
import type { OrderFile, OrderItem, OrderSnapshot } from '@pes/contracts';
import * as fc from 'fast-check';
import { dependsOnPolicy, evaluateGate } from '../src/domain/evaluate-gate.ts';
import { arbitraryItem, arbitraryOrder, arbitraryPolicy } from './arbitrary-order.ts';

type Policy = 'block-order' | 'skip-item';
const gateOf = (order: OrderSnapshot, invalidItemPolicy: Policy) => evaluateGate(order, { invalidItemPolicy });

function always(property: (order: OrderSnapshot, policy: Policy) => void): void {
  fc.assert(fc.property(arbitraryOrder, arbitraryPolicy, property), { numRuns: 2000 });
}

const approve = (item: OrderItem): OrderItem => (item.approval === 'pending' ? { ...item, approval: 'approved' } : item);
const readyFile = (file: OrderFile): OrderFile => ({ ...file, state: 'ready', url: 'https://files.example.com/x.pdf' });

describe('evaluateGate, for any order and policy', () => {
  it('gives the same answer twice and leaves the order as it was', () => {
    always((order, policy) => {
      const before = JSON.stringify(order);
      expect(gateOf(order, policy)).toEqual(gateOf(order, policy));
      expect(JSON.stringify(order)).toBe(before);
    });
  });

  it('names items when eligible and reasons when waiting, never neither', () => {
    always((order, policy) => {
      const gate = gateOf(order, policy);
      expect(gate.result === 'eligible' ? gate.itemNumbers.length : gate.reasons.length).toBeGreaterThan(0);
    });
  });

  it('is eligible exactly when paid, and every item that counts is approved, valid and has its files', () => {
    always((order, policy) => {
      const counts = order.items.filter((item) => item.approval !== 'denied')
        .filter((item) => policy === 'block-order' || ['active', 'complete'].includes(item.status.state));
      const good = (item: OrderItem): boolean => item.approval !== 'pending' && ['active', 'complete'].includes(item.status.state)
        && item.files.every((file) => file.role === 'proof' || (file.state === 'ready' && file.url !== undefined));
      const expected = order.isPaid && counts.length > 0 && counts.every(good);
      const gate = gateOf(order, policy);
      expect(gate.result === 'eligible').toBe(expected);
      if (gate.result === 'eligible') expect(gate.itemNumbers).toEqual(counts.map((item) => item.itemNumber).sort((a, b) => a - b));
    });
  });

  it('never sends a denied item and never gives one as a reason', () => {
    always((order, policy) => {
      const denied = new Set(order.items.filter((item) => item.approval === 'denied').map((item) => item.itemNumber));
      const gate = gateOf(order, policy);
      const named = gate.result === 'eligible' ? gate.itemNumbers : gate.reasons.map((reason) => reason.itemNumber);
      expect(named.filter((itemNumber) => itemNumber !== null && denied.has(itemNumber))).toEqual([]);
    });
  });

  it('does not change when a denied item is added to an order that has another item left', () => {
    fc.assert(fc.property(arbitraryOrder, arbitraryPolicy, arbitraryItem, (order, policy, extra) => {
      fc.pre(order.items.some((item) => item.approval !== 'denied'));
      const denied: OrderItem = { ...extra, itemNumber: 99, approval: 'denied' };
      expect(gateOf({ ...order, items: [...order.items, denied] }, policy)).toEqual(gateOf(order, policy));
    }), { numRuns: 2000 });
  });

  it('does not depend on the sequence of the items', () => {
    fc.assert(fc.property(arbitraryOrder, arbitraryPolicy, fc.infiniteStream(fc.nat()), (order, policy, keys) => {
      const shuffled = order.items.map((item) => ({ item, key: keys.next().value as number })).sort((a, b) => a.key - b.key).map(({ item }) => item);
      expect(gateOf({ ...order, items: shuffled }, policy)).toEqual(gateOf(order, policy));
    }), { numRuns: 2000 });
  });

  it('never gets from eligible to waiting by paying, approving or a file becoming ready', () => {
    always((order, policy) => {
      const better = { ...order, isPaid: true, items: order.items.map((item) => ({ ...approve(item), files: item.files.map(readyFile) })) };
      const steps = [{ ...order, isPaid: true }, { ...order, items: order.items.map(approve) }, better];
      const before = gateOf(order, policy);
      for (const step of steps) {
        const after = gateOf(step, policy);
        if (before.result === 'eligible') expect(after).toEqual(before);
        else if (after.result === 'waiting') expect(new Set(after.reasons.map(({ message }) => message)).isSubsetOf(new Set(before.reasons.map(({ message }) => message)))).toBe(true);
      }
    });
  });

  it('is final exactly when no paying, approving or file can ever make it eligible', () => {
    always((order, policy) => {
      const gate = gateOf(order, policy);
      fc.pre(gate.result === 'waiting');
      const best = gateOf({ ...order, isPaid: true, items: order.items.map((item) => ({ ...approve(item), files: item.files.map(readyFile) })) }, policy);
      const blockedByStatus = best.result === 'waiting' && policy === 'block-order' && best.reasons.every(({ code }) => code === 'ITEM_STATUS_INVALID');
      expect(gate.result === 'waiting' && gate.final).toBe(best.result === 'waiting' && !blockedByStatus);
    });
  });

  it('gives the same under both policies exactly when dependsOnPolicy says that none has a say', () => {
    always((order) => {
      fc.pre(!dependsOnPolicy(order));
      expect(gateOf(order, 'skip-item')).toEqual(gateOf(order, 'block-order'));
    });
    always((order) => {
      fc.pre(dependsOnPolicy(order));
      expect(gateOf(order, 'skip-item')).not.toEqual(gateOf(order, 'block-order'));
    });
  });
});
