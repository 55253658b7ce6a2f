import type { Delivery } from '../pressero/oracle.ts';

/** One order as a provider holds it, read from the ledger of its simulator. */
export interface LedgerOrder {
  accountId: string;
  /** Our order number there. */
  reference: string;
  /** How often it was made or submitted; 1 unless something went wrong, 0 when it was only refused. */
  creations: number;
  /** References of the things to produce or ship; undefined where the ledger only counts them. */
  itemReferences?: readonly string[];
  itemCount: number;
}

export interface Comparison {
  /** Deliveries that never arrived, and items missing from those that did. */
  lost: number;
  /** Orders made or submitted more often than once, items in excess, and orders at an account that should not have them. */
  duplicated: number;
  /** One sentence for each of them. */
  findings: string[];
}

/** Compares what must have arrived with what the providers hold. Nothing that our own services say takes part. */
export function compareLedgers(expected: Iterable<Delivery>, ledger: readonly LedgerOrder[]): Comparison {
  const comparison: Comparison = { lost: 0, duplicated: 0, findings: [] };
  const wanted = new Map<string, Delivery>();
  for (const delivery of expected) if (delivery.state === 'sent') wanted.set(keyOf(delivery.accountId, delivery.reference), delivery);

  const arrived = new Map<string, LedgerOrder[]>();
  for (const order of ledger.filter(({ creations }) => creations > 0)) {
    const key = wantedKey(order, wanted);
    if (key === undefined) {
      note(comparison, 'duplicated', order.creations, `${order.reference} is at account ${order.accountId}, which should not have it`);
    } else {
      arrived.set(key, [...(arrived.get(key) ?? []), order]);
    }
  }
  for (const [key, delivery] of wanted) compareDelivery(delivery, arrived.get(key) ?? [], comparison);
  return comparison;
}

const keyOf = (accountId: string, reference: string): string => `${accountId} ${reference}`;

/** An order that a provider got in several parts has "-1", "-2" after its number. */
function wantedKey({ accountId, reference }: LedgerOrder, wanted: ReadonlyMap<string, Delivery>): string | undefined {
  const candidates = [reference, reference.replace(/-\d+$/, '')].map((candidate) => keyOf(accountId, candidate));
  return candidates.find((key) => wanted.has(key));
}

function compareDelivery({ accountId, reference, parts, itemReferences }: Delivery, orders: readonly LedgerOrder[], comparison: Comparison): void {
  if (orders.length === 0) return note(comparison, 'lost', 1, `${reference} is not at account ${accountId}`);
  if (orders.length > parts) note(comparison, 'duplicated', orders.length - parts, `${reference} became ${orders.length} orders at account ${accountId} instead of ${parts}`);
  for (const order of orders) {
    if (order.creations > 1) note(comparison, 'duplicated', order.creations - 1, `${order.reference} was made ${order.creations} times at account ${accountId}`);
  }
  const listed = orders.every((order) => order.itemReferences !== undefined);
  const { missing, surplus } = listed
    ? differenceOf(itemReferences, orders.flatMap((order) => order.itemReferences ?? []))
    : countDifference(itemReferences.length, orders.reduce((sum, { itemCount }) => sum + itemCount, 0));
  if (missing > 0) note(comparison, 'lost', missing, `${reference} misses ${missing} items at account ${accountId}`);
  if (surplus > 0) note(comparison, 'duplicated', surplus, `${reference} has ${surplus} items too many at account ${accountId}`);
}

function differenceOf(wanted: readonly string[], found: readonly string[]): { missing: number; surplus: number } {
  const left = [...found];
  let missing = 0;
  for (const reference of wanted) {
    const at = left.indexOf(reference);
    if (at === -1) missing += 1;
    else left.splice(at, 1);
  }
  return { missing, surplus: left.length };
}

function countDifference(wanted: number, found: number): { missing: number; surplus: number } {
  return { missing: Math.max(0, wanted - found), surplus: Math.max(0, found - wanted) };
}

function note(comparison: Comparison, kind: 'lost' | 'duplicated', count: number, finding: string): void {
  comparison[kind] += count;
  comparison.findings.push(finding);
}
