import { randomBytes } from 'node:crypto';
import { openJournal, readEntries, type Entry } from './journal.ts';
import {
  createTransitions, emptyState, keyOf, sourceOrderIdOf, type LedgerLine, type StateOptions, type StoredOrder, type SubmissionError, type SubmittedOrder,
} from './order-state.ts';

let sequence = randomBytes(4).readUInt32BE();

/** Shaped like the ids of MongoDB, whose first eight digits are the second in which they were made. */
function newOrderId(madeAtMs: number): string {
  sequence = (sequence + 1) >>> 0;
  return Math.floor(madeAtMs / 1000).toString(16).padStart(8, '0') + randomBytes(4).toString('hex') + sequence.toString(16).padStart(8, '0');
}

/** The orders of all accounts: in memory, and on disk before anything is answered. */
export function createOrderStore(options: StateOptions & { dataFile: string | undefined; datedIds: boolean }) {
  const state = emptyState();
  const { settle, apply } = createTransitions(state, options);
  for (const entry of options.dataFile === undefined ? [] : readEntries(options.dataFile)) {
    // What had come due before this entry was written is finished first, as it was then.
    if ('atMs' in entry) settle(entry.atMs);
    apply(entry);
  }
  const idFor = (nowMs: number): string => newOrderId(options.datedIds ? nowMs : 0);
  const journal = openJournal(options.dataFile);
  function record(entry: Entry): void {
    journal.append(entry);
    apply(entry);
  }

  return {
    /** To be called before anything is read. */
    settle,
    /** Takes a submission for checking later. `lost`: it will be dropped whatever it holds. */
    acknowledge(token: string, document: unknown, when: { nowMs: number; delayMs: number; lost: boolean }): string {
      const orderId = idFor(when.nowMs);
      record({ type: 'acknowledged', token, orderId, atMs: when.nowMs, dueAtMs: when.nowMs + when.delayMs, lost: when.lost, document });
      return orderId;
    },
    create(token: string, document: SubmittedOrder, nowMs: number): StoredOrder {
      const orderId = idFor(nowMs);
      record({ type: 'created', token, orderId, atMs: nowMs, document });
      const order = state.orders.get(orderId);
      if (order === undefined) throw new Error(`order ${orderId} was not stored`);
      return order;
    },
    refuse: (token: string, document: unknown): void => record({ type: 'refused', token, sourceOrderId: sourceOrderIdOf(document) }),
    cancel: (orderId: string): void => record({ type: 'cancelled', orderId }),
    byNumber: (token: string, sourceOrderId: string): StoredOrder | undefined => state.byNumber.get(keyOf(token, sourceOrderId)),
    byId(token: string, orderId: string): StoredOrder | undefined {
      const order = state.orders.get(orderId);
      return order?.token === token ? order : undefined;
    },
    hasNumber: (token: string, document: unknown): boolean => state.byNumber.has(keyOf(token, sourceOrderIdOf(document))),
    ledger: (): LedgerLine[] => [...state.ledger.values()],
    submissionErrors: (): SubmissionError[] => state.errors,
    reset(): void {
      Object.assign(state, emptyState());
      journal.clear();
    },
    close: (): void => journal.close(),
  };
}

export type OrderStore = ReturnType<typeof createOrderStore>;
