import type { OrderDecided, OrderDecision } from '@pes/contracts';

/** Of one version the later decision counts: the same order is decided again when its site's policy changes. */
function isNewer(a: OrderDecision, b: OrderDecision): boolean {
  return a.version > b.version || (a.version === b.version && a.decidedAt > b.decidedAt);
}

/** The newest decision of each order in the batch; what is older is overtaken before it is stored. */
export function newestDecisions(events: readonly OrderDecided[]): OrderDecision[] {
  const newest = new Map<string, OrderDecision>();
  for (const decision of events.flatMap((event) => event.decisions)) {
    const known = newest.get(decision.orderId);
    if (known === undefined || isNewer(decision, known)) newest.set(decision.orderId, decision);
  }
  return [...newest.values()];
}
