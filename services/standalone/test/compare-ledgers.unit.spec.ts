import { describe, expect, it } from '@jest/globals';
import { compareLedgers, type LedgerOrder } from '../src/demo/compare-ledgers.ts';
import type { Delivery } from '../src/pressero/oracle.ts';

const listed: Delivery = { accountId: 'a', provider: 'shipstation', reference: 'HD-7', state: 'sent', itemReferences: ['HD-7-1', 'HD-7-2'], parts: 1 };
const counted: Delivery = { accountId: 'b', provider: 'hp-site-flow', reference: 'HP-7', state: 'sent', itemReferences: ['HP-7-1', 'HP-7-2'], parts: 1 };
const inTwoParts: Delivery = { ...listed, parts: 2 };

const atListed: LedgerOrder = { accountId: 'a', reference: 'HD-7', creations: 1, itemReferences: ['HD-7-1', 'HD-7-2'], itemCount: 3 };
const atCounted: LedgerOrder = { accountId: 'b', reference: 'HP-7', creations: 1, itemCount: 2 };
const parts: LedgerOrder[] = [
  { accountId: 'a', reference: 'HD-7-1', creations: 1, itemReferences: ['HD-7-1'], itemCount: 1 },
  { accountId: 'a', reference: 'HD-7-2', creations: 1, itemReferences: ['HD-7-2'], itemCount: 1 },
];

function amounts(expected: Delivery[], ledger: LedgerOrder[]): { lost: number; duplicated: number } {
  const { lost, duplicated, findings } = compareLedgers(expected, ledger);
  expect(findings.length > 0).toBe(lost + duplicated > 0);
  return { lost, duplicated };
}

describe('the comparison with the ledgers', () => {
  it('finds nothing when every provider holds exactly what it must', () => {
    expect(amounts([listed, counted], [atListed, atCounted])).toEqual({ lost: 0, duplicated: 0 });
    expect(amounts([inTwoParts, counted], [...parts, atCounted])).toEqual({ lost: 0, duplicated: 0 });
  });

  it('counts an order that never arrived as one lost', () => {
    expect(amounts([listed, counted], [atListed])).toEqual({ lost: 1, duplicated: 0 });
    expect(amounts([listed, counted], [])).toEqual({ lost: 2, duplicated: 0 });
  });

  it('counts an order at the wrong account as lost there and foreign here', () => {
    expect(amounts([listed], [{ ...atListed, accountId: 'c' }])).toEqual({ lost: 1, duplicated: 1 });
  });

  it('counts items that are missing, whether the ledger lists or counts them', () => {
    expect(amounts([listed], [{ ...atListed, itemReferences: ['HD-7-2'] }])).toEqual({ lost: 1, duplicated: 0 });
    expect(amounts([counted], [{ ...atCounted, itemCount: 0 }])).toEqual({ lost: 2, duplicated: 0 });
    expect(amounts([inTwoParts], parts.slice(0, 1))).toEqual({ lost: 1, duplicated: 0 });
  });

  it('counts items in excess, and an item that stands for another as both', () => {
    expect(amounts([listed], [{ ...atListed, itemReferences: ['HD-7-1', 'HD-7-2', 'HD-7-2'] }])).toEqual({ lost: 0, duplicated: 1 });
    expect(amounts([listed], [{ ...atListed, itemReferences: ['HD-7-1', 'HD-8-2'] }])).toEqual({ lost: 1, duplicated: 1 });
    expect(amounts([counted], [{ ...atCounted, itemCount: 4 }])).toEqual({ lost: 0, duplicated: 2 });
  });

  it('counts every making beyond the first as a duplicate', () => {
    expect(amounts([listed, counted], [{ ...atListed, creations: 3 }, { ...atCounted, creations: 2 }])).toEqual({ lost: 0, duplicated: 3 });
  });

  it('counts more orders than shipments as duplicates', () => {
    const whole = { ...atListed, itemReferences: [] };
    expect(amounts([listed], [{ ...parts[0]! }, { ...parts[1]! }, whole])).toEqual({ lost: 0, duplicated: 2 });
  });

  it('counts an order that nobody expects as a duplicate', () => {
    expect(amounts([counted], [atCounted, { ...atCounted, reference: 'HP-8' }])).toEqual({ lost: 0, duplicated: 1 });
  });

  it.each(['rejected', 'waiting-mapping'] as const)('counts an order that should be %s, and arrived, as a duplicate', (state) => {
    expect(amounts([{ ...listed, state }], [atListed])).toEqual({ lost: 0, duplicated: 1 });
    expect(amounts([{ ...listed, state }], [])).toEqual({ lost: 0, duplicated: 0 });
  });

  it('takes no notice of what a provider refused', () => {
    expect(amounts([listed], [atListed, { ...atCounted, creations: 0 }])).toEqual({ lost: 0, duplicated: 0 });
    expect(amounts([counted], [{ ...atCounted, creations: 0 }])).toEqual({ lost: 1, duplicated: 0 });
  });

  it('keeps the orders 7 and 7-1 of one account apart', () => {
    const longer: Delivery = { ...listed, reference: 'HD-7-1', itemReferences: ['HD-7-1-1'] };
    const atLonger: LedgerOrder = { ...atListed, reference: 'HD-7-1', itemReferences: ['HD-7-1-1'] };
    expect(amounts([listed, longer], [atListed, atLonger])).toEqual({ lost: 0, duplicated: 0 });
    expect(amounts([listed, longer], [atLonger])).toEqual({ lost: 1, duplicated: 0 });
  });
});
