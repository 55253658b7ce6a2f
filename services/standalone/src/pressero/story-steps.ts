import type { OrderEvent, OrderItem, OrderSnapshot } from '@pes/contracts';
import { allPending, pay, revise, reviseItem, unpaid, withItems, withoutEdocs } from './revise.ts';
import type { StoryKind } from './story-deck.ts';

/** One event of an order. */
export interface StoryStep {
  event: OrderEvent;
  order: OrderSnapshot;
  /** Happens only after everything that the earlier steps cause has come to rest. */
  afterSettled?: true;
}

type Plot = (order: OrderSnapshot) => StoryStep[];

const placed = (order: OrderSnapshot): StoryStep => ({ event: 'placed', order });

/** Follows one order through its versions. */
function chain(first: OrderSnapshot, changes: readonly (readonly [OrderEvent, (order: OrderSnapshot) => OrderSnapshot])[]): StoryStep[] {
  let order = first;
  return [placed(first), ...changes.map(([event, change]) => ({ event, order: (order = change(order)) }))];
}

const judge = (itemNumber: number, approval: OrderItem['approval']) =>
  [approval === 'denied' ? 'item-denied' : 'item-approved', (order: OrderSnapshot) => reviseItem(order, itemNumber, { approval })] as const;

const paymentLast: Plot = (order) => chain(unpaid(order), [['payment-received', pay]]);

/** The first item is cancelled while the order still waits for its payment. */
const cancelledItem: Plot = (order) => chain(unpaid(order), [
  ['item-status-changed', (before) => reviseItem(before, 1, { status: { state: 'cancelled', stage: 'Cancelled' } })],
  ['payment-received', pay],
]);

/** Each plot takes a finished order and tells how it came to be so, or why it never was. */
const plots: Readonly<Record<StoryKind, Plot>> = {
  'paid-and-approved': (order) => [placed(order)],
  'payment-last': paymentLast,
  'approval-last': (order) => chain(allPending(order), order.items.map(({ itemNumber }) => judge(itemNumber, 'approved'))),
  'late-edoc': (order) => [
    placed(withoutEdocs(order)),
    { event: 'item-files-generated', order: revise(order, {}) },
  ],
  'denial-completes': (order) => chain(allPending(order), order.items.map(({ itemNumber }, index) => judge(itemNumber, index === order.items.length - 1 ? 'denied' : 'approved'))),
  'some-denied': (order) => chain(allPending(order), order.items.map(({ itemNumber }, index) => judge(itemNumber, index === 0 ? 'denied' : 'approved'))),
  'all-denied': (order) => chain(allPending(order), order.items.map(({ itemNumber }) => judge(itemNumber, 'denied'))),
  'never-approved': (order) => chain(allPending(order), order.items.slice(1).map(({ itemNumber }) => judge(itemNumber, 'approved'))),
  'never-paid': (order) => chain(unpaid(order), [['updated', (before) => revise(before, { poNumber: 'PO to follow' })]]),
  'cancelled-item-left-out': cancelledItem,
  'cancelled-item-blocks': cancelledItem,
  'unmapped-product': (order) => [placed(order)],
  'unmapped-shipping': (order) => [placed(order)],
  'not-live': (order) => [placed(order)],
  'duplicate-events': (order) => {
    const [first, second] = paymentLast(order) as [StoryStep, StoryStep];
    return [first, first, second, second, first];
  },
  'out-of-order': (order) => {
    const steps = chain(unpaid(order), [['updated', (before) => revise(before, { poNumber: 'PO-7' })], ['payment-received', pay]]);
    const [first, second, third] = steps as [StoryStep, StoryStep, StoryStep];
    return [third, first, second];
  },
  'changed-after': (order) => [
    placed(order),
    { event: 'item-updated', order: revise(withItems(order, (item) => ({ ...item, notes: 'Changed after it was sent' })), {}), afterSettled: true },
  ],
};

export function stepsOf(kind: StoryKind, finished: OrderSnapshot): StoryStep[] {
  return plots[kind](finished);
}
