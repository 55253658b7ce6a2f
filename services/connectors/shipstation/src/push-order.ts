import {
  accepted, duplicate, shorten, unknown,
  type CallContext, type EarlierAttempts, type LookupResult, type PushOrder, type PushOutcome,
} from '@pes/connector-sdk';
import { isoTime, type Result } from '@pes/kernel';
import type { CallFailure } from './client.ts';
import { findOrders, type FoundOrder } from './find-orders.ts';
import { mapOrder, shipmentsOf, type OrderBody } from './map-order.ts';
import { sendOrders, type SendFailure } from './send-orders.ts';
import { readSettings } from './settings.ts';

/** Statuses in which ShipStation still takes changes (V1 docs, create/update order). */
const openStatuses = new Set(['awaiting_payment', 'awaiting_shipment', 'on_hold', 'pending_fulfillment']);

/** Sends the same keys every time, so that a repeat updates instead of creating again. */
export async function push(order: PushOrder, context: CallContext, earlier: EarlierAttempts): Promise<PushOutcome> {
  const mapped = mapOrder(order, readSettings(context.accountId, context.settings, order.siteSettings));
  if (!mapped.ok) return mapped.error;
  const sent = await sendOrders(context, withKnownId(mapped.value, earlier));
  if (sent.ok) return accepted(joined(sent.value));
  return mayBeClosed(sent.error, earlier) ? settleRefusal(order, context, sent.error) : sent.error.outcome;
}

/** Staff can split an order; its parts share the key, and an update without the id would hit the wrong one (V1 docs, order model). */
function withKnownId(bodies: OrderBody[], { providerRef }: EarlierAttempts): OrderBody[] {
  const orderId = Number(providerRef ?? NaN);
  return bodies.length === 1 && Number.isSafeInteger(orderId) ? bodies.map((body) => ({ orderId, ...body })) : bodies;
}

/** How ShipStation words its refusal to change a shipped order is not documented, so whatever could be one is looked at. */
function mayBeClosed({ outcome, status }: SendFailure, earlier: EarlierAttempts): boolean {
  if (status === 409) return true;
  return outcome.kind === 'rejected' && (earlier.firstSentAtMs !== null || /shipped|cancell?ed|fulfil|closed|status|already|update/i.test(outcome.message));
}

/** A refused change of an order that is no longer open is no failure: ShipStation has the order, if the key is ours. */
async function settleRefusal(order: PushOrder, context: CallContext, { outcome, status, refused }: SendFailure): Promise<PushOutcome> {
  const { keys, found } = await findOurs(order, context);
  if (!found.ok) return unknown('provider_error', `${outcome.message} The order could not be read back: ${found.error.outcome.message}`, waitOf(found.error));
  const rows = rowsOf(keys, found.value);
  const closed = refused.every((key) => status === 409 || !openStatuses.has(found.value.get(key)?.orderStatus ?? ''));
  return rows !== undefined && closed ? duplicate(joined(idsOf(rows)), shorten(`${described(rows)} ${outcome.message}`)) : outcome;
}

/** By number, then by exact key. When some of several are missing the order counts as absent: sending it again completes it. */
export async function lookup(order: PushOrder, context: CallContext): Promise<LookupResult> {
  const { keys, found } = await findOurs(order, context);
  if (found.ok) {
    const rows = rowsOf(keys, found.value);
    return rows === undefined ? { kind: 'absent' } : { kind: 'found', providerRef: joined(idsOf(rows)), message: described(rows) };
  }
  const { outcome } = found.error;
  return outcome.kind === 'blocked' ? outcome : { kind: 'unclear', code: outcome.code, message: outcome.message, ...waitOf(found.error) };
}

async function findOurs(order: PushOrder, context: CallContext): Promise<{ keys: string[]; found: Result<Map<string, FoundOrder>, CallFailure> }> {
  const settings = readSettings(context.accountId, context.settings, order.siteSettings);
  const keys = shipmentsOf(order, settings).map(({ orderKey }) => orderKey);
  return { keys, found: await findOrders(context, { reference: order.reference, storeId: settings.storeId, keys }) };
}

/** The orders of all keys, or undefined when one is missing. */
function rowsOf(keys: readonly string[], found: ReadonlyMap<string, FoundOrder>): FoundOrder[] | undefined {
  const rows = keys.map((key) => found.get(key)).filter((row) => row !== undefined);
  return rows.length === keys.length ? rows : undefined;
}

function waitOf({ outcome }: CallFailure): { afterMs?: number } {
  return 'afterMs' in outcome ? { afterMs: outcome.afterMs } : {};
}

function idsOf(rows: readonly FoundOrder[]): string[] {
  return rows.map(({ orderId }) => orderId);
}

function described(rows: readonly FoundOrder[]): string {
  const parts = rows.map(({ orderStatus, createdAtMs }) => `${orderStatus}${createdAtMs === undefined ? '' : `, created ${isoTime(createdAtMs)}`}`);
  return `ShipStation has the order (${[...new Set(parts)].join('; ')}).`;
}

/** All ids, or as many whole ones as a reference may hold. */
function joined(ids: readonly string[]): string {
  const text = ids.join(',');
  return text.length <= 200 ? text : `${text.slice(0, text.lastIndexOf(',', 198))},…`;
}
