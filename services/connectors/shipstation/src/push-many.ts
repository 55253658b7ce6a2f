import { accepted, type BulkOutcome, type BulkPush, type CallContext, type PushOrder } from '@pes/connector-sdk';
import { mapOrder, type OrderBody } from './map-order.ts';
import { push as pushAlone } from './push-order.ts';
import { sendRows, type RowResult } from './send-orders.ts';
import { readSettings } from './settings.ts';

/**
 * Many orders in one createorders call: under the limit of 40 requests a minute, the only way to send more than 40 orders in one
 * (V1 docs, create/update multiple orders). What ShipStation refuses, a row or the whole call, is sent again by itself: the refusal of a
 * row then gets the same careful reading as any other, and a row that spoilt the call does not take the others with it. The keys make that safe.
 */
export const pushMany: BulkPush = { maxOrders: 50, push };

interface Row {
  index: number;
  order: PushOrder;
  body: OrderBody;
}

const nobody = { firstSentAtMs: null, providerRef: null };

async function push(orders: readonly PushOrder[], context: CallContext): Promise<BulkOutcome[]> {
  const outcomes: Array<BulkOutcome | undefined> = orders.map(() => undefined);
  const rows: Row[] = [];
  const alone: number[] = [];
  for (const [index, order] of orders.entries()) {
    const mapped = mapOrder(order, readSettings(context.accountId, context.settings, order.siteSettings));
    if (!mapped.ok) outcomes[index] = { outcome: mapped.error };
    // An order to several addresses is a bulk call of its own, whole or not at all.
    else if (mapped.value.length === 1) rows.push({ index, order, body: mapped.value[0] as OrderBody });
    else alone.push(index);
  }
  const sent = await sendTogether(rows, context);
  for (const [index, outcome] of sent.settled) outcomes[index] = outcome;
  for (const index of [...alone, ...sent.again]) outcomes[index] = { outcome: await pushAlone(orders[index] as PushOrder, context, nobody) };
  return outcomes as BulkOutcome[];
}

async function sendTogether(rows: readonly Row[], context: CallContext): Promise<{ settled: Map<number, BulkOutcome>; again: number[] }> {
  const settled = new Map<number, BulkOutcome>();
  if (rows.length === 0) return { settled, again: [] };
  const sent = await sendRows(context, rows.map(({ body }) => body));
  if (!sent.ok) {
    if (sent.error.outcome.kind === 'rejected') return { settled, again: rows.map(({ index }) => index) };
    for (const { index, body } of rows) settled.set(index, { outcome: sent.error.outcome, request: body });
    return { settled, again: [] };
  }
  const again: number[] = [];
  for (const [place, { index, body }] of rows.entries()) {
    const row = sent.value[place] as RowResult;
    if (row.kind === 'refused') again.push(index);
    else settled.set(index, { outcome: row.kind === 'taken' ? accepted(row.orderId) : row.outcome, request: body, answer: row.answer });
  }
  return { settled, again };
}
