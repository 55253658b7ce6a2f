import type { PushChange } from '@pes/contracts';
import type { EmittedOrder } from '../pressero/emitted-orders.ts';
import type { PushTracker } from './push-tracker.ts';

/** What the events say about these orders. */
export interface Totals {
  orders: number;
  /** Decided to be sent, in this version or an earlier one. */
  eligible: number;
  waiting: number;
  undecided: number;
  pushes: number;
  states: Partial<Record<PushChange['state'], number>>;
}

export function totalsOf(orders: readonly EmittedOrder[], tracker: PushTracker): Totals {
  const totals: Totals = { orders: orders.length, eligible: 0, waiting: 0, undecided: 0, pushes: 0, states: {} };
  for (const { orderId } of orders) {
    const decision = tracker.decisionOf(orderId);
    if (decision === undefined) totals.undecided += 1;
    else if (decision.wasEligible) totals.eligible += 1;
    else totals.waiting += 1;
    for (const { state, pushId } of tracker.pushesOf(orderId).values()) {
      if (pushId !== null) totals.pushes += 1;
      totals.states[state] = (totals.states[state] ?? 0) + 1;
    }
  }
  return totals;
}

/** The last line of a demo run. */
export interface DemoSummary {
  orders: number;
  eligible: number;
  waiting: number;
  pushes: number;
  sent: number;
  rejected: number;
  /** Held back because the provider needs a value that nobody set. */
  waitingMapping: number;
  /** Out of attempts, or stopped for a person. */
  dead: number;
  /** Orders that are not in the state that the rules ask for. */
  unexpected: number;
  /** Messages that nobody could read. */
  deadLetters: number;
  /** Orders whose expectation was compared with the ledgers: these and the earlier ones of the data folder. */
  compared: number;
  lost: number;
  duplicated: number;
  /** From the first event until everything had settled. */
  elapsedMs: number;
}

export function summaryOf({ states, ...totals }: Totals, rest: Pick<DemoSummary, 'unexpected' | 'deadLetters' | 'compared' | 'lost' | 'duplicated' | 'elapsedMs'>): DemoSummary {
  const { orders, eligible, waiting, pushes } = totals;
  const { sent = 0, rejected = 0, dead = 0 } = states;
  return { orders, eligible, waiting, pushes, sent, rejected, waitingMapping: states['waiting-mapping'] ?? 0, dead: dead + (states['needs-person'] ?? 0), ...rest };
}

export function isGood({ lost, duplicated, unexpected }: DemoSummary): boolean {
  return lost === 0 && duplicated === 0 && unexpected === 0;
}
