/**
 * Streams and durable consumers as data. `ensureTopology` in @pes/messaging applies it; NATS permissions are derived from it.
 *
 * Limits retention everywhere: history stays for replay and a consumer costs one read, where a work queue pays a delete for every ack.
 * `discard: new` turns a full stream into a publish error, which the sender holds in PostgreSQL; `old` would drop work in silence.
 */
export interface StreamSpec {
  name: string;
  subjects: string[];
  maxAgeHours: number;
  /** Share of the installation's storage budget, in percent; the budget is a setting of the installation. */
  budgetPercent: number;
  /** Keep only the newest message of each subject, for ever: a table, not a log. */
  newestPerSubject?: boolean;
}

export interface ConsumerSpec {
  stream: string;
  durable: string;
  filter: string;
  /** Messages handed out and not yet acknowledged, over all replicas. */
  maxAckPending: number;
  ackWaitMs: number;
}

const day = 24;

export const streams: readonly StreamSpec[] = [
  { name: 'PRESSERO', subjects: ['pressero.>'], maxAgeHours: 7 * day, budgetPercent: 22 },
  { name: 'REGISTRY', subjects: ['registry.>'], maxAgeHours: 0, budgetPercent: 4, newestPerSubject: true },
  { name: 'CONNECTORS', subjects: ['connector.>'], maxAgeHours: 0, budgetPercent: 1, newestPerSubject: true },
  { name: 'ORDERS', subjects: ['order.>'], maxAgeHours: 3 * day, budgetPercent: 22 },
  { name: 'WORK', subjects: ['work.>'], maxAgeHours: 2, budgetPercent: 15 },
  { name: 'OUTCOME', subjects: ['outcome.>'], maxAgeHours: 12, budgetPercent: 15 },
  { name: 'INTEGRATION', subjects: ['integration.>'], maxAgeHours: 14 * day, budgetPercent: 13 },
  { name: 'COMMAND', subjects: ['command.>'], maxAgeHours: 7 * day, budgetPercent: 2 },
  { name: 'DEAD', subjects: ['dead.>'], maxAgeHours: 90 * day, budgetPercent: 6 },
];

// A crashed reader's messages come back after ackWaitMs, and nothing new may be handed out while maxAckPending of them are out, so this
// bounds the time to recover. Readers that need longer keep their messages alive.
const ackWaitMs = 4_000;

export const consumers = {
  eligibilityOrders: { stream: 'PRESSERO', durable: 'eligibility-orders', filter: 'pressero.order.>', maxAckPending: 4000, ackWaitMs },
  eligibilitySites: { stream: 'REGISTRY', durable: 'eligibility-sites', filter: 'registry.site.>', maxAckPending: 1000, ackWaitMs },
  dispatchRegistry: { stream: 'REGISTRY', durable: 'dispatch-registry', filter: 'registry.>', maxAckPending: 1000, ackWaitMs },
  dispatchManifests: { stream: 'CONNECTORS', durable: 'dispatch-manifests', filter: 'connector.manifest.*', maxAckPending: 100, ackWaitMs },
  dispatchDecisions: { stream: 'ORDERS', durable: 'dispatch-decisions', filter: 'order.decided.*', maxAckPending: 1000, ackWaitMs },
  dispatchOutcomes: { stream: 'OUTCOME', durable: 'dispatch-outcomes', filter: 'outcome.push.>', maxAckPending: 1000, ackWaitMs },
  dispatchCommands: { stream: 'COMMAND', durable: 'dispatch-commands', filter: 'command.>', maxAckPending: 200, ackWaitMs },
  gatewayDead: { stream: 'DEAD', durable: 'gateway-dead', filter: 'dead.>', maxAckPending: 200, ackWaitMs },
  gatewayManifests: { stream: 'CONNECTORS', durable: 'gateway-manifests', filter: 'connector.manifest.*', maxAckPending: 100, ackWaitMs },
  gatewayPushes: { stream: 'INTEGRATION', durable: 'gateway-pushes', filter: 'integration.push.changed.*', maxAckPending: 1000, ackWaitMs },
  gatewayReadOrders: { stream: 'ORDERS', durable: 'gateway-read-orders', filter: 'order.decided.*', maxAckPending: 1000, ackWaitMs },
  gatewayReadPushes: { stream: 'INTEGRATION', durable: 'gateway-read-pushes', filter: 'integration.push.changed.*', maxAckPending: 1000, ackWaitMs },
} as const satisfies Record<string, ConsumerSpec>;

/** The consumer through which a provider's connector gets its push work. */
export function pushWorkConsumer(provider: string): ConsumerSpec {
  return { stream: 'WORK', durable: `connector-${provider}-push`, filter: `work.push.${provider}.*`, maxAckPending: 400, ackWaitMs };
}
