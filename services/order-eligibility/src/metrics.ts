import { Counter, Gauge, Histogram, type Registry } from '@pes/service-kit';
import type { Decision } from './domain/decision.ts';

export interface EligibilityMetrics {
  /** One batch as it was decided, before late and repeated versions are sorted out. */
  batchDecided(decisions: readonly Decision[]): void;
  deadLettered(consumer: string, code: string): void;
  republished(orders: number): void;
  unconfirmed(orders: number): void;
  redecided(orders: number): void;
}

export function createMetrics(registry: Registry): EligibilityMetrics {
  const registers = [registry];
  const orders = new Counter({ name: 'eligibility_orders_total', help: 'Order versions decided, by result', labelNames: ['result'], registers });
  const reasons = new Counter({ name: 'eligibility_waiting_reasons_total', help: 'Reasons given to waiting orders, each code once an order', labelNames: ['code'], registers });
  const batches = new Histogram({ name: 'eligibility_batch_orders', help: 'Orders in one batch', buckets: [1, 2, 5, 10, 25, 50, 100, 200, 500], registers });
  const dead = new Counter({ name: 'eligibility_dead_letters_total', help: 'Messages set aside in DEAD', labelNames: ['consumer', 'code'], registers });
  const again = new Counter({ name: 'eligibility_republished_orders_total', help: 'Decisions published again because push-dispatch did not know them', registers });
  const open = new Gauge({ name: 'eligibility_unconfirmed_orders', help: 'Orders whose decision push-dispatch did not know when it was last asked', registers });
  const redecided = new Counter({ name: 'eligibility_redecided_orders_total', help: 'Orders decided again because the policy of their site changed', registers });
  return {
    batchDecided(decisions) {
      batches.observe(decisions.length);
      let eligible = 0;
      for (const { gate } of decisions) {
        if (gate.result === 'eligible') eligible += 1;
        else for (const code of new Set(gate.reasons.map((reason) => reason.code))) reasons.inc({ code });
      }
      if (eligible > 0) orders.inc({ result: 'eligible' }, eligible);
      if (eligible < decisions.length) orders.inc({ result: 'waiting' }, decisions.length - eligible);
    },
    deadLettered: (consumer, code) => dead.inc({ consumer, code }),
    republished: (count) => again.inc(count),
    unconfirmed: (count) => open.set(count),
    redecided: (count) => redecided.inc(count),
  };
}
