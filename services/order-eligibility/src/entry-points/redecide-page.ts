import type { DecisionReason, RedecideRequest } from '@pes/contracts';
import { findOrder, pageOrders, type PagedOrder } from '../data-access/page-orders.sql.ts';
import { readPartitions } from '../data-access/read-partitions.sql.ts';
import { readPolicies } from '../data-access/read-policies.sql.ts';
import { replaceDecisions } from '../data-access/replace-decisions.sql.ts';
import { decide, decidedAt, type Decision } from '../domain/decision.ts';
import { publishDecisions } from './publish-decisions.ts';
import type { RedecideParts } from './redecide-orders.ts';

/** What became of an order of the page. */
interface RedecidedOrder {
  orderId: string;
  orderNumber: number;
  siteId: string;
  result: 'eligible' | 'waiting';
  final: boolean;
  reasons: readonly DecisionReason[];
}

export interface RedecidedPage {
  orders: RedecidedOrder[];
  /** Place of the next page; null after the last one. */
  next: { day: string; orderId: string } | null;
}

const defaultLimit = 100;
// An order may have 200 reasons; the answer for a page must fit into a message. The published decision has all of them.
const reasonsShown = 5;
const beforeAll = '00000000-0000-0000-0000-000000000000';

function redecided({ order, gate }: Decision): RedecidedOrder {
  const { orderId, orderNumber, siteId } = order;
  const waiting = gate.result === 'waiting';
  return { orderId, orderNumber, siteId, result: gate.result, final: waiting && gate.final, reasons: waiting ? gate.reasons.slice(0, reasonsShown) : [] };
}

async function readPage(parts: RedecideParts, request: RedecideRequest): Promise<{ orders: PagedOrder[]; next: RedecidedPage['next'] }> {
  const { orderId, fromDay, after, limit = defaultLimit } = request;
  if (orderId !== undefined) return { orders: await findOrder(parts.pool, { ...request, orderId }), next: null };
  const start = after ?? { day: fromDay, orderId: beforeAll };
  const days = (await readPartitions(parts.pool)).map(({ day }) => day).filter((day) => day >= start.day);
  const orders: PagedOrder[] = [];
  for (const day of days) {
    const room = limit - orders.length;
    const found = await pageOrders(parts.pool, request, { day, orderId: day === start.day ? start.orderId : beforeAll }, room);
    orders.push(...found);
    const last = found.at(-1);
    if (found.length === room && last !== undefined) return { orders, next: { day, orderId: last.order.orderId } };
  }
  return { orders, next: null };
}

/**
 * Decides a page of a subscriber's orders again and publishes that, whether or not the result is another one: push-dispatch plans pushes
 * anew for a later decision of the same version, makes those that are missing, and leaves alone what was sent. Publishes before it writes,
 * as in redecide-orders.ts; asked twice it publishes twice, which changes nothing.
 */
export async function redecidePage(parts: RedecideParts, request: RedecideRequest): Promise<RedecidedPage> {
  const { orders, next } = await readPage(parts, request);
  if (orders.length === 0) return { orders: [], next };
  const policies = await readPolicies(parts.pool, orders.map(({ order }) => order.siteId));
  const anew = orders.map(({ redecidedAtMs, day: _day, ...order }) => ({ redecidedAtMs, decision: decide(order, policies) }));
  await publishDecisions(parts.bus, anew.map(({ decision, redecidedAtMs }) => decidedAt(decision, redecidedAtMs)));
  await replaceDecisions(parts.pool, anew.map(({ decision }) => decision));
  parts.metrics.redecided(orders.length);
  return { orders: anew.map(({ decision }) => redecided(decision)), next };
}
