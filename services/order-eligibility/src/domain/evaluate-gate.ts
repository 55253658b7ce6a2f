import type { OrderItem, OrderSnapshot, RegistrySite } from '@pes/contracts';
import { approvalPending, fileReasons, noItems, allItemsDenied, notPaid, statusInvalid, type GateReason } from './gate-reasons.ts';

export type InvalidItemPolicy = RegistrySite['invalidItemPolicy'];

/** What holds for a site whose policy nobody ever set. */
export const defaultPolicy: InvalidItemPolicy = 'block-order';

export type Gate =
  | { result: 'eligible'; itemNumbers: number[] }
  | { result: 'waiting'; final: boolean; reasons: GateReason[] };

// An order of a thousand broken items must still fit in one message; nobody reads the 200th reason before fixing the first.
const maxReasons = 200;

// A cancelled item, or one without a workflow stage, is not to be produced. Complete is valid: a finished item may still need its push.
function hasValidStatus(item: OrderItem): boolean {
  return item.status.state === 'active' || item.status.state === 'complete';
}

function capped(reasons: GateReason[]): GateReason[] {
  if (reasons.length <= maxReasons) return reasons;
  const shown = reasons.slice(0, maxReasons - 1);
  const more = reasons.length - shown.length;
  const { code } = reasons[shown.length] as GateReason;
  return [...shown, { code, itemNumber: null, message: `There are ${more} more reasons. Fix the ones above first.` }];
}

/** True when the site's policy for invalid items has a say in this order: an item that was not denied has an invalid status. */
export function dependsOnPolicy(order: OrderSnapshot): boolean {
  return order.items.some((item) => item.approval !== 'denied' && !hasValidStatus(item));
}

/**
 * Decides whether an order may be pushed and which of its items. Total, deterministic and independent of the order of the items.
 *
 *   items            approval                              result
 *   none             -                                     waiting, final: NO_ITEMS
 *   some             all denied                            waiting, final: ALL_ITEMS_DENIED
 *   some             any pending                           waiting: ITEM_PENDING_APPROVAL
 *   some             at least one approved, rest denied    eligible with the approved ones, if paid, files ready, status valid
 *
 * Denied items count for nothing else: their files and status are not looked at (a denied eDoc item never gets its file and would block
 * the order for ever). Under `skip-item` an item with an invalid status counts for nothing either, not even as pending: a cancelled item
 * may never be approved. When that leaves no item at all the order waits for good.
 *
 * Waiting answers with every reason at once, order first, then by item, so that a person fixes all of them in one go.
 */
export function evaluateGate(order: OrderSnapshot, policy: { invalidItemPolicy: InvalidItemPolicy }): Gate {
  const items = order.items.toSorted((a, b) => a.itemNumber - b.itemNumber);
  const undenied = items.filter((item) => item.approval !== 'denied');
  const skipping = policy.invalidItemPolicy === 'skip-item';
  const remaining = skipping ? undenied.filter(hasValidStatus) : undenied;
  const reasons: GateReason[] = order.isPaid ? [] : [notPaid];

  if (items.length === 0) reasons.push(noItems);
  else if (undenied.length === 0) reasons.push(allItemsDenied);
  else if (remaining.length === 0) reasons.push(...undenied.map((item) => statusInvalid(item, 'nothing-left')));

  for (const item of remaining) {
    if (item.approval === 'pending') reasons.push(approvalPending(item));
    if (!hasValidStatus(item)) reasons.push(statusInvalid(item, 'blocks-order'));
    reasons.push(...fileReasons(item));
  }
  if (reasons.length > 0) return { result: 'waiting', final: remaining.length === 0, reasons: capped(reasons) };
  return { result: 'eligible', itemNumbers: remaining.map((item) => item.itemNumber) };
}
