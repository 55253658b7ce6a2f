import type { OrderSnapshot } from '@pes/contracts';
import { defaultPolicy, dependsOnPolicy, evaluateGate, type Gate, type InvalidItemPolicy } from './evaluate-gate.ts';
import { orderDay } from './order-date.ts';

/** An order as it was read, with its own JSON text: the text goes to PostgreSQL and to the next stage as it came, never made again. */
export interface ReadOrder {
  order: OrderSnapshot;
  snapshotJson: string;
}

/** A decision that is not stored yet. */
export interface Decision extends ReadOrder {
  day: string;
  gate: Gate;
  reasonsJson: string;
  /** The policy that had a say; null when it made no difference. */
  policy: InvalidItemPolicy | null;
}

/** A decision as it is stored and published. */
export interface DecidedOrder {
  orderId: string;
  orderNumber: number;
  version: number;
  subscriberId: string;
  siteId: string;
  result: Gate['result'];
  final: boolean;
  reasonsJson: string;
  itemNumbers: readonly number[];
  decidedAtMs: number;
  /** Order date as Pressero wrote it. */
  placedAt: string;
  /** Only when eligible. */
  snapshotJson: string | null;
}

/** Evaluates the gate under the policy of the order's site. */
export function decide({ order, snapshotJson }: ReadOrder, policies: ReadonlyMap<string, InvalidItemPolicy>): Decision {
  const invalidItemPolicy = policies.get(order.siteId) ?? defaultPolicy;
  const gate = evaluateGate(order, { invalidItemPolicy });
  return {
    order, snapshotJson, gate,
    day: orderDay(order.placedAt),
    reasonsJson: gate.result === 'eligible' ? '[]' : JSON.stringify(gate.reasons),
    policy: dependsOnPolicy(order) ? invalidItemPolicy : null,
  };
}

export function decidedAt({ order, snapshotJson, gate, reasonsJson }: Decision, decidedAtMs: number): DecidedOrder {
  const { orderId, orderNumber, version, subscriberId, siteId, placedAt } = order;
  const eligible = gate.result === 'eligible';
  return {
    orderId, orderNumber, version, subscriberId, siteId, decidedAtMs, placedAt, reasonsJson,
    result: gate.result,
    final: eligible ? false : gate.final,
    itemNumbers: eligible ? gate.itemNumbers : [],
    snapshotJson: eligible ? snapshotJson : null,
  };
}

/** The newest version of each order, by order id: every writer takes its row locks in the same sequence, so none waits in a circle. */
export function newestVersions(decisions: readonly Decision[]): Decision[] {
  const byId = new Map<string, Decision>();
  for (const decision of decisions) {
    const known = byId.get(decision.order.orderId);
    if (known === undefined || decision.order.version > known.order.version) byId.set(decision.order.orderId, decision);
  }
  return [...byId.values()].sort((a, b) => (a.order.orderId < b.order.orderId ? -1 : 1));
}
