import type { DecisionReason, OrderFile, OrderItem } from '@pes/contracts';

/** Why an order waits: a stable code, the item (null: the order itself) and a sentence that tells a person what to do. */
export type GateReason = DecisionReason;

// Two names and the sentence stay under the 500 characters that a message may have.
const maxNameLength = 120;

/** Cuts by code points, so that no character is torn in two. */
function quoted(name: string): string {
  if (name.length <= maxNameLength) return `"${name}"`;
  return `"${Array.from(name).slice(0, maxNameLength).join('')}…"`;
}

function named(item: OrderItem): string {
  return `item ${item.itemNumber}, ${quoted(item.productName)}`;
}

export const notPaid: GateReason = {
  code: 'ORDER_NOT_PAID', itemNumber: null,
  message: 'The order is not paid. Record the payment and mark the order as paid.',
};

export const noItems: GateReason = { code: 'NO_ITEMS', itemNumber: null, message: 'The order has no items, so there is nothing to send.' };

export const allItemsDenied: GateReason = {
  code: 'ALL_ITEMS_DENIED', itemNumber: null,
  message: 'Every item of the order was denied, so there is nothing to send.',
};

export function approvalPending(item: OrderItem): GateReason {
  return { code: 'ITEM_PENDING_APPROVAL', itemNumber: item.itemNumber, message: `Waiting for approval of ${named(item)}. Approve or deny it.` };
}

/** `effect`: what the invalid status does to the order under the site's policy. */
export function statusInvalid(item: OrderItem, effect: 'blocks-order' | 'nothing-left'): GateReason {
  const state = item.status.state === 'cancelled' ? 'is cancelled' : 'has no workflow stage';
  const consequence = effect === 'blocks-order'
    ? 'and holds back the whole order. Give it a valid status, deny it, or let the site leave such items out.'
    : 'and is left out, which leaves nothing to send.';
  return { code: 'ITEM_STATUS_INVALID', itemNumber: item.itemNumber, message: `Item ${item.itemNumber}, ${quoted(item.productName)}, ${state} ${consequence}` };
}

function fileReason(item: OrderItem, file: OrderFile): GateReason | undefined {
  if (file.role === 'proof') return undefined;
  const { itemNumber } = item;
  const which = `File ${quoted(file.name)} of ${named(item)},`;
  switch (file.state) {
    case 'pending':
      return { code: 'FILES_NOT_READY', itemNumber, message: file.role === 'edoc'
        ? `${which} is not generated yet. It is made after payment and approval, usually within 15 minutes.`
        : `${which} is not ready yet.` };
    case 'failed':
      return { code: 'FILES_NOT_READY', itemNumber, message: file.role === 'edoc'
        ? `${which} failed to generate. Generate the eDoc files again.`
        : `${which} failed. Upload it again.` };
    case 'ready':
      if (file.url !== undefined && file.url.trim() !== '') return undefined;
      return { code: 'FILE_URL_MISSING', itemNumber, message: `${which} is ready but has no address to fetch it from. Save the file again.` };
  }
}

/** One reason for each file that a provider could not fetch. A proof is a picture for people and never counts. */
export function fileReasons(item: OrderItem): GateReason[] {
  const reasons: GateReason[] = [];
  for (const file of item.files) {
    const reason = fileReason(item, file);
    if (reason !== undefined) reasons.push(reason);
  }
  return reasons;
}
