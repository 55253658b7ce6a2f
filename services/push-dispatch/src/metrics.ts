import { Counter, Gauge, Histogram, type Registry } from '@pes/service-kit';

export interface DispatchMetrics {
  outcomes: Counter<'provider' | 'kind' | 'code'>;
  decisions: Counter<'result'>;
  claimed: Counter<'provider'>;
  dead: Counter<'consumer' | 'code'>;
  decidedToSent: Histogram<'provider'>;
  unsettled: Gauge<'provider' | 'state'>;
}

export function createMetrics(registry: Registry): DispatchMetrics {
  const registers = [registry];
  return {
    outcomes: new Counter({ name: 'pes_push_outcomes_total', help: 'Outcomes of push attempts', labelNames: ['provider', 'kind', 'code'], registers }),
    decisions: new Counter({ name: 'pes_dispatch_decisions_total', help: 'Decisions received', labelNames: ['result'], registers }),
    claimed: new Counter({ name: 'pes_push_claimed_total', help: 'Pushes handed to connectors', labelNames: ['provider'], registers }),
    dead: new Counter({ name: 'pes_dead_letters_total', help: 'Messages set aside in DEAD', labelNames: ['consumer', 'code'], registers }),
    decidedToSent: new Histogram({
      name: 'pes_push_claim_to_outcome_seconds', help: 'From the claim of a push to its recorded outcome', labelNames: ['provider'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300], registers,
    }),
    unsettled: new Gauge({ name: 'pes_pushes_unsettled', help: 'Pushes that are not sent, by state', labelNames: ['provider', 'state'], registers }),
  };
}
