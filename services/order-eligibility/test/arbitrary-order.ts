import type { OrderFile, OrderItem, OrderSnapshot } from '@pes/contracts';
import * as fc from 'fast-check';
import { fileWithoutUrl, sampleFile, sampleItem, sampleOrder } from './sample-order.ts';

const file: fc.Arbitrary<OrderFile> = fc.record({
  role: fc.constantFrom('artwork' as const, 'edoc' as const, 'proof' as const),
  state: fc.constantFrom('ready' as const, 'ready' as const, 'pending' as const, 'failed' as const),
  withUrl: fc.boolean(),
}).map(({ withUrl, ...rest }) => (withUrl ? sampleFile(rest) : fileWithoutUrl(rest)));

const approval = fc.constantFrom<OrderItem['approval']>('approved', 'approved', 'approved-with-modifications', 'not-required', 'pending', 'denied');
const state = fc.constantFrom<OrderItem['status']['state']>('active', 'active', 'complete', 'cancelled', 'none');

export const arbitraryItem: fc.Arbitrary<OrderItem> = fc.record({
  itemNumber: fc.integer({ min: 1, max: 50 }), approval, state, files: fc.array(file, { maxLength: 3 }),
}).map(({ itemNumber, state: itemState, ...rest }) => sampleItem(itemNumber, { ...rest, status: { state: itemState } }));

export const arbitraryOrder: fc.Arbitrary<OrderSnapshot> = fc.record({
  isPaid: fc.boolean(),
  items: fc.uniqueArray(arbitraryItem, { maxLength: 6, selector: (item) => item.itemNumber }),
}).map((changes) => sampleOrder(changes));

export const arbitraryPolicy = fc.constantFrom('block-order' as const, 'skip-item' as const);
