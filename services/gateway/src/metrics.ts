import { Counter, Gauge, Histogram, type Registry } from '@pes/service-kit';

export interface GatewayMetrics {
  letters: Counter<'kind' | 'code'>;
  open: Gauge<'kind'>;
  replayed: Counter<'result'>;
  dead: Counter<'consumer' | 'code'>;
  requests: Histogram<'operation' | 'status'>;
}

export function createMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  return {
    letters: new Counter({ name: 'pes_gateway_dead_letters_stored_total', help: 'Dead letters stored', labelNames: ['kind', 'code'], registers }),
    open: new Gauge({ name: 'pes_gateway_dead_letters_open', help: 'Dead letters that nobody has dealt with', labelNames: ['kind'], registers }),
    replayed: new Counter({ name: 'pes_gateway_replay_items_total', help: 'Items handled by replays', labelNames: ['result'], registers }),
    dead: new Counter({ name: 'pes_dead_letters_total', help: 'Messages set aside in DEAD', labelNames: ['consumer', 'code'], registers }),
    requests: new Histogram({
      name: 'pes_gateway_http_seconds', help: 'Requests of the HTTP API', labelNames: ['operation', 'status'], buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5, 30], registers,
    }),
  };
}
