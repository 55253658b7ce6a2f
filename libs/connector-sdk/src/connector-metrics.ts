import { Counter, Gauge, Histogram, type Registry } from '@pes/service-kit';
import type { BreakerState } from './breaker.ts';
import type { HttpAnswer, HttpFailure } from './http-client.ts';

export interface ConnectorMetrics {
  started(): void;
  settled(kind: string, code: string): void;
  called(durationMs: number, result: HttpAnswer | HttpFailure): void;
  dead(code: string): void;
  breakerOpened(): void;
  /** Where the numbers of breakers in each state come from. */
  watchBreakers(states: () => Record<BreakerState, number>): void;
}

export function createConnectorMetrics(registry: Registry, provider: string): ConnectorMetrics {
  const registers = [registry];
  const pushes = new Counter({ name: 'pes_connector_pushes_total', help: 'Orders a connector worked on, by outcome', labelNames: ['provider', 'kind', 'code'], registers });
  const inFlight = new Gauge({ name: 'pes_connector_orders_in_flight', help: 'Orders a connector works on', labelNames: ['provider'], registers });
  const dead = new Counter({ name: 'pes_dead_letters_total', help: 'Messages set aside in DEAD', labelNames: ['consumer', 'code'], registers });
  const calls = new Histogram({
    name: 'pes_connector_call_seconds', help: 'Calls to the provider, by status class or failure', labelNames: ['provider', 'result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60], registers,
  });
  const opens = new Counter({ name: 'pes_connector_breaker_opens_total', help: 'Times that the breaker of an account opened', labelNames: ['provider'], registers });
  const running = inFlight.labels(provider);
  running.set(0);
  opens.inc({ provider }, 0);
  return {
    started: () => running.inc(),
    settled(kind, code) {
      running.dec();
      pushes.inc({ provider, kind, code });
    },
    called: (durationMs, result) => calls.observe({ provider, result: result.kind === 'answer' ? `${Math.floor(result.status / 100)}xx` : result.code }, durationMs / 1_000),
    dead: (code) => dead.inc({ consumer: `connector-${provider}-push`, code }),
    breakerOpened: () => opens.inc({ provider }),
    watchBreakers(states) {
      new Gauge({
        name: 'pes_connector_breakers', help: 'Accounts by the state of their breaker', labelNames: ['provider', 'state'], registers,
        collect() {
          for (const [state, accounts] of Object.entries(states())) this.set({ provider, state }, accounts);
        },
      });
    },
  };
}
