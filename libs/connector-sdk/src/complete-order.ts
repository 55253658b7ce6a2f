import type { PushOrder as WireOrder } from '@pes/contracts';
import { fail, ok, type Result } from '@pes/kernel';
import type { PushOrder } from './connector.ts';

/** Fills in the items that travelled as a number only. The error names one that the order does not have, which would be a bug of the sender. */
export function completeOrder(push: WireOrder): Result<PushOrder, string> {
  const items: PushOrder['items'] = [];
  for (const entry of push.items) {
    const item = entry.item ?? push.order.items.find((candidate) => candidate.itemNumber === entry.itemNumber);
    if (item === undefined) return fail(`order ${push.reference} has no item ${entry.itemNumber}`);
    items.push({ ...entry, item });
  }
  return ok({ ...push, items });
}
