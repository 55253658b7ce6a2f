import type { OrderDecided, OrderDecision, PushChange, PushChanged } from '@pes/contracts';

/** One decision about an order, as the read model keeps it. */
export interface DecisionRow {
  orderId: string;
  subscriberId: string;
  siteId: string;
  orderNumber: number;
  /** Order date; null when the sender did not say it. */
  placedAt: string | null;
  version: number;
  decidedAt: string;
  result: OrderDecision['result'];
  final: boolean;
  reasons: OrderDecision['reasons'];
  itemNumbers: number[];
}

/** One change of a push, with whose it is; pushId null: nobody gets the order. */
export type ChangeRow = PushChange & { subscriberId: string };

/** What happened to an order, as its timeline shows it. `entryKey` follows from the content: a repeat is the same entry. */
export interface TimelineRow {
  orderId: string;
  subscriberId: string;
  entryKey: string;
  at: string;
  entry: object;
}

export function decisionRow(decision: Omit<OrderDecision, 'order'> & { order?: OrderDecision['order'] }): DecisionRow {
  const { orderId, subscriberId, siteId, orderNumber, version, decidedAt, result, final, reasons, itemNumbers, placedAt, order } = decision;
  return { orderId, subscriberId, siteId, orderNumber, version, decidedAt, result, final, reasons, itemNumbers, placedAt: placedAt ?? order?.placedAt ?? null };
}

export function decisionRows(events: readonly OrderDecided[]): DecisionRow[] {
  return events.flatMap(({ decisions }) => decisions.map(decisionRow));
}

export function changeRows(events: readonly PushChanged[]): ChangeRow[] {
  return events.flatMap(({ subscriberId, changes }) => changes.map((change) => ({ ...change, subscriberId })));
}

function newestBy<T>(rows: readonly T[], keyOf: (row: T) => string, isNewer: (a: T, b: T) => boolean): T[] {
  const newest = new Map<string, T>();
  for (const row of rows) {
    const known = newest.get(keyOf(row));
    if (known === undefined || isNewer(row, known)) newest.set(keyOf(row), row);
  }
  return [...newest.values()];
}

/** One of each order. Of one version the later decision counts; times are compared as times, since their text may leave out the milliseconds. */
export function newestDecisions(rows: readonly DecisionRow[]): DecisionRow[] {
  return newestBy(rows, (row) => row.orderId, (a, b) => a.version > b.version || (a.version === b.version && Date.parse(a.decidedAt) > Date.parse(b.decidedAt)));
}

/** One of each push, and of each order that nobody gets. */
export function newestChanges(rows: readonly ChangeRow[]): ChangeRow[] {
  return newestBy(rows, (row) => row.pushId ?? `no-target ${row.orderId}`, (a, b) => a.revision > b.revision);
}

// Entries of one time are shown in the order of their keys.
const digits = (value: number): string => String(value).padStart(10, '0');

export function decisionEntries(rows: readonly DecisionRow[]): TimelineRow[] {
  return rows.map(({ orderId, subscriberId, version, decidedAt, result, final, reasons }) => ({
    orderId, subscriberId, at: decidedAt, entryKey: `decision:${digits(version)}:${Date.parse(decidedAt)}`, entry: { kind: 'decision', version, result, final, reasons },
  }));
}

export function changeEntries(rows: readonly ChangeRow[]): TimelineRow[] {
  return rows.map((row) => {
    const { orderId, subscriberId, at, pushId, revision, accountId, provider, state, code, message, reference, providerRef, attempt, nextAttemptAt } = row;
    return {
      orderId, subscriberId, at, entryKey: `push:${pushId ?? 'none'}:${digits(revision)}`,
      entry: { kind: 'push', pushId, accountId, provider, state, code, message, reference, providerRef, attempt, nextAttemptAt },
    };
  });
}
