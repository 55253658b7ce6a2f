import { Counter, Gauge, type Registry } from '@pes/service-kit';

export interface GatewayMetrics {
  letters: Counter<'kind' | 'code'>;
  open: Gauge<'kind'>;
  replayed: Counter<'result'>;
  dead: Counter<'consumer' | 'code'>;
}

export function createMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  return {
    letters: new Counter({ name: 'pes_gateway_dead_letters_stored_total', help: 'Dead letters stored', labelNames: ['kind', 'code'], registers }),
    open: new Gauge({ name: 'pes_gateway_dead_letters_open', help: 'Dead letters that nobody has dealt with', labelNames: ['kind'], registers }),
    replayed: new Counter({ name: 'pes_gateway_replay_items_total', help: 'Items handled by replays', labelNames: ['result'], registers }),
    dead: new Counter({ name: 'pes_dead_letters_total', help: 'Messages set aside in DEAD', labelNames: ['consumer', 'code'], registers }),
  };
}
