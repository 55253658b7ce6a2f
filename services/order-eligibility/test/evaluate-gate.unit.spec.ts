import { describe, expect, it } from '@jest/globals';
import type { OrderItem } from '@pes/contracts';
import { dependsOnPolicy, evaluateGate, type InvalidItemPolicy } from '../src/domain/evaluate-gate.ts';
import { fileWithoutUrl, sampleFile, sampleItem, sampleOrder } from './sample-order.ts';

interface Row {
  name: string;
  paid?: boolean;
  items: OrderItem[];
  policy?: InvalidItemPolicy;
  /** Item numbers when eligible, else reasons as "CODE item". */
  expected: { eligible: number[] } | { waiting: string[]; final?: true };
}

const approved = sampleItem(1);
const modified = sampleItem(2, { approval: 'approved-with-modifications' });
const exempt = sampleItem(3, { approval: 'not-required' });
const pending = sampleItem(4, { approval: 'pending' });
const denied = sampleItem(5, { approval: 'denied' });
const cancelled = sampleItem(6, { status: { state: 'cancelled' } });
const stageless = sampleItem(7, { status: { state: 'none' } });
const finished = sampleItem(8, { status: { state: 'complete' } });

const approvalRows: Row[] = [
  { name: 'paid, the only item approved', items: [approved], expected: { eligible: [1] } },
  { name: 'paid, items approved, approved with modifications and exempt', items: [approved, modified, exempt], expected: { eligible: [1, 2, 3] } },
  { name: 'not paid', paid: false, items: [approved], expected: { waiting: ['ORDER_NOT_PAID null'] } },
  { name: 'one approved, the rest denied', items: [approved, denied], expected: { eligible: [1] } },
  { name: 'one approved, one pending', items: [approved, pending], expected: { waiting: ['ITEM_PENDING_APPROVAL 4'] } },
  { name: 'one denied, one pending', items: [denied, pending], expected: { waiting: ['ITEM_PENDING_APPROVAL 4'] } },
  { name: 'approved, denied and pending', items: [approved, denied, pending], expected: { waiting: ['ITEM_PENDING_APPROVAL 4'] } },
  { name: 'all denied', items: [denied], expected: { waiting: ['ALL_ITEMS_DENIED null'], final: true } },
  { name: 'all denied and not paid', paid: false, items: [denied], expected: { waiting: ['ORDER_NOT_PAID null', 'ALL_ITEMS_DENIED null'], final: true } },
  { name: 'no items', items: [], expected: { waiting: ['NO_ITEMS null'], final: true } },
  { name: 'items out of order', items: [exempt, approved, modified], expected: { eligible: [1, 2, 3] } },
];

const fileRows: Row[] = [
  { name: 'no files at all (an inventory item)', items: [sampleItem(1, { files: [] })], expected: { eligible: [1] } },
  { name: 'artwork pending', items: [sampleItem(1, { files: [fileWithoutUrl({ state: 'pending' })] })], expected: { waiting: ['FILES_NOT_READY 1'] } },
  { name: 'eDoc pending', items: [sampleItem(1, { files: [sampleFile(), fileWithoutUrl({ role: 'edoc', state: 'pending' })] })], expected: { waiting: ['FILES_NOT_READY 1'] } },
  { name: 'eDoc failed', items: [sampleItem(1, { files: [fileWithoutUrl({ role: 'edoc', state: 'failed' })] })], expected: { waiting: ['FILES_NOT_READY 1'] } },
  { name: 'proof pending', items: [sampleItem(1, { files: [fileWithoutUrl({ role: 'proof', state: 'pending' })] })], expected: { eligible: [1] } },
  { name: 'proof ready without URL', items: [sampleItem(1, { files: [fileWithoutUrl({ role: 'proof' })] })], expected: { eligible: [1] } },
  { name: 'artwork ready without URL', items: [sampleItem(1, { files: [fileWithoutUrl()] })], expected: { waiting: ['FILE_URL_MISSING 1'] } },
  { name: 'artwork ready with an empty URL', items: [sampleItem(1, { files: [sampleFile({ url: ' ' })] })], expected: { waiting: ['FILE_URL_MISSING 1'] } },
  { name: 'file of a denied item pending', items: [approved, sampleItem(2, { approval: 'denied', files: [fileWithoutUrl({ state: 'pending' })] })], expected: { eligible: [1] } },
  { name: 'two broken files of two items', items: [sampleItem(1, { files: [fileWithoutUrl()] }), sampleItem(2, { files: [sampleFile({ state: 'failed' })] })],
    expected: { waiting: ['FILE_URL_MISSING 1', 'FILES_NOT_READY 2'] } },
];

const statusRows: Row[] = [
  { name: 'item complete', items: [finished], expected: { eligible: [8] } },
  { name: 'item cancelled, block-order', items: [approved, cancelled], expected: { waiting: ['ITEM_STATUS_INVALID 6'] } },
  { name: 'item without stage, block-order', items: [approved, stageless], expected: { waiting: ['ITEM_STATUS_INVALID 7'] } },
  { name: 'item cancelled, skip-item', policy: 'skip-item', items: [approved, cancelled], expected: { eligible: [1] } },
  { name: 'every item cancelled, skip-item', policy: 'skip-item', items: [cancelled, stageless], expected: { waiting: ['ITEM_STATUS_INVALID 6', 'ITEM_STATUS_INVALID 7'], final: true } },
  { name: 'one cancelled, one denied, skip-item', policy: 'skip-item', items: [cancelled, denied], expected: { waiting: ['ITEM_STATUS_INVALID 6'], final: true } },
  { name: 'all denied, skip-item', policy: 'skip-item', items: [denied], expected: { waiting: ['ALL_ITEMS_DENIED null'], final: true } },
  { name: 'cancelled while pending, skip-item', policy: 'skip-item', items: [approved, { ...pending, status: { state: 'cancelled' } }], expected: { eligible: [1] } },
  { name: 'cancelled while pending, block-order', items: [approved, { ...pending, status: { state: 'cancelled' } }], expected: { waiting: ['ITEM_PENDING_APPROVAL 4', 'ITEM_STATUS_INVALID 4'] } },
  { name: 'denied and cancelled, block-order', items: [approved, { ...denied, status: { state: 'cancelled' } }], expected: { eligible: [1] } },
  { name: 'everything wrong at once', paid: false, items: [pending, cancelled, sampleItem(9, { files: [fileWithoutUrl({ state: 'pending' }), fileWithoutUrl({ name: 'menu-back.pdf' })] })],
    expected: { waiting: ['ORDER_NOT_PAID null', 'ITEM_PENDING_APPROVAL 4', 'ITEM_STATUS_INVALID 6', 'FILES_NOT_READY 9', 'FILE_URL_MISSING 9'] } },
];

describe('evaluateGate', () => {
  it.each([...approvalRows, ...fileRows, ...statusRows])('$name', ({ paid = true, items, policy = 'block-order', expected }) => {
    const gate = evaluateGate(sampleOrder({ isPaid: paid, items }), { invalidItemPolicy: policy });
    const seen = gate.result === 'eligible'
      ? { eligible: gate.itemNumbers }
      : { waiting: gate.reasons.map(({ code, itemNumber }) => `${code} ${String(itemNumber)}`), ...(gate.final ? { final: true } : {}) };
    expect(seen).toEqual(expected);
  });

  it('gives sentences that name the product, the item and the file', () => {
    const items = [
      sampleItem(1, { productName: 'Wedding card', approval: 'pending' }),
      sampleItem(2, { productName: 'Flyer', files: [fileWithoutUrl({ name: 'flyer.pdf' }), fileWithoutUrl({ role: 'edoc', name: 'flyer-vdp.pdf', state: 'failed' })] }),
      sampleItem(3, { productName: 'Mug', status: { state: 'cancelled' } }),
    ];
    const gate = evaluateGate(sampleOrder({ items }), { invalidItemPolicy: 'block-order' });
    const messages = gate.result === 'waiting' ? gate.reasons.map(({ message }) => message) : [];
    expect(messages).toEqual([
      'Waiting for approval of item 1, "Wedding card". Approve or deny it.',
      'File "flyer.pdf" of item 2, "Flyer", is ready but has no address to fetch it from. Save the file again.',
      'File "flyer-vdp.pdf" of item 2, "Flyer", failed to generate. Generate the eDoc files again.',
      'Item 3, "Mug", is cancelled and holds back the whole order. Give it a valid status, deny it, or let the site leave such items out.',
    ]);
  });

  it('keeps messages within 500 characters and whole characters when names are as long as the schema allows', () => {
    const items = [sampleItem(1, { productName: '🖨'.repeat(300), files: [fileWithoutUrl({ name: '📄'.repeat(255) })] })];
    const gate = evaluateGate(sampleOrder({ items }), { invalidItemPolicy: 'block-order' });
    if (gate.result !== 'waiting') throw new Error('must wait');
    for (const { message } of gate.reasons) {
      expect(Array.from(message).length).toBeLessThanOrEqual(500);
      expect(message.isWellFormed()).toBe(true);
    }
  });

  it('gives at most 200 reasons and says how many more there are, when a thousand items are broken', () => {
    const items = Array.from({ length: 1000 }, (_, index) => sampleItem(index + 1, { approval: 'pending' }));
    const gate = evaluateGate(sampleOrder({ items }), { invalidItemPolicy: 'block-order' });
    if (gate.result !== 'waiting') throw new Error('must wait');
    expect(gate.reasons).toHaveLength(200);
    expect(gate.reasons.at(-1)).toEqual({ code: 'ITEM_PENDING_APPROVAL', itemNumber: null, message: 'There are 801 more reasons. Fix the ones above first.' });
  });
});

describe('dependsOnPolicy', () => {
  it.each([
    ['false when every status is valid', [approved, finished, denied], false],
    ['true when an approved item is cancelled', [approved, cancelled], true],
    ['true when a pending item has no stage', [{ ...pending, status: { state: 'none' as const } }], true],
    ['false when only a denied item is cancelled', [approved, { ...denied, status: { state: 'cancelled' as const } }], false],
  ])('%s', (_name, items, expected) => {
    expect(dependsOnPolicy(sampleOrder({ items }))).toBe(expected);
  });
});
