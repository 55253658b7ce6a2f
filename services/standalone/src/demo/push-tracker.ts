import type { DeadLetter, OrderDecided, OrderDecision, PushChange, PushChanged } from '@pes/contracts';

/** The newest word on every order and push, as the events tell it. Older and repeated events change nothing. */
export interface PushTracker {
  decided(event: OrderDecided): void;
  changed(event: PushChanged): void;
  dead(event: DeadLetter): void;
  decisionOf(orderId: string): Decision | undefined;
  /** By account; the key is empty for an order that nobody gets. */
  pushesOf(orderId: string): ReadonlyMap<string, PushChange>;
  deadLetters(): { count: number; newest: readonly DeadLetter[] };
}

export interface Decision extends Pick<OrderDecision, 'version' | 'result' | 'final' | 'reasons' | 'decidedAt'> {
  /** It was eligible in this version or an earlier one. */
  wasEligible: boolean;
}

const shownDeadLetters = 20;

export function createPushTracker(): PushTracker {
  const decisions = new Map<string, Decision>();
  const pushes = new Map<string, Map<string, PushChange>>();
  const deadKeys = new Set<string>();
  let newestDead: DeadLetter[] = [];

  function decide({ orderId, version, result, final, reasons, decidedAt }: OrderDecision): void {
    const known = decisions.get(orderId);
    const wasEligible = known?.wasEligible === true || result === 'eligible';
    const isNews = known === undefined || version > known.version || (version === known.version && decidedAt >= known.decidedAt);
    decisions.set(orderId, isNews ? { version, result, final, reasons, decidedAt, wasEligible } : { ...known, wasEligible });
  }

  function change(next: PushChange): void {
    const ofOrder = pushes.get(next.orderId) ?? new Map<string, PushChange>();
    pushes.set(next.orderId, ofOrder);
    const account = next.accountId ?? '';
    const known = ofOrder.get(account);
    if (known === undefined || next.revision > known.revision) ofOrder.set(account, next);
  }

  return {
    decided: ({ decisions: list }) => list.forEach(decide),
    changed: ({ changes }) => changes.forEach(change),
    dead(letter) {
      const key = `${letter.consumer} ${letter.stream} ${letter.streamSequence}`;
      if (deadKeys.has(key)) return;
      deadKeys.add(key);
      newestDead = [letter, ...newestDead].slice(0, shownDeadLetters);
    },
    decisionOf: (orderId) => decisions.get(orderId),
    pushesOf: (orderId) => pushes.get(orderId) ?? new Map<string, PushChange>(),
    deadLetters: () => ({ count: deadKeys.size, newest: newestDead }),
  };
}
