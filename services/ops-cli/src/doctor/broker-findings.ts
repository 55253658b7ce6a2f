import type { BrokerFacts, ConnectorFacts, ConsumerFacts, StreamFacts } from './broker-facts.ts';
import type { Finding } from './finding.ts';

const oldestTested = [2, 9, 0] as const;
const recommended = [2, 12, 0] as const;
const lagWarning = 1_000;
const fullWarning = 0.8;
const clockWarningMs = 500;
const clockFailureMs = 5_000;

function isOlder(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
  for (const [index, part] of wanted.entries()) {
    const have = parts[index] ?? 0;
    if (have !== part) return have < part;
  }
  return false;
}

function versionFinding({ serverVersion, roundTripMs }: BrokerFacts): Finding {
  const detail = `nats-server ${serverVersion}, round trip ${roundTripMs} ms`;
  if (isOlder(serverVersion, oldestTested)) return { check: 'NATS', status: 'fail', detail: `${detail}: older than 2.9, which nothing here was tested with` };
  if (isOlder(serverVersion, recommended)) return { check: 'NATS', status: 'warn', detail: `${detail}: it works; 2.12 or newer is recommended for production` };
  return { check: 'NATS', status: 'ok', detail };
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function streamFinding({ name, state }: StreamFacts): Finding {
  const check = `stream ${name}`;
  if (state === undefined) return { check, status: 'fail', detail: 'is missing; any service makes it when it starts' };
  const share = state.maxBytes > 0 ? state.bytes / state.maxBytes : 0;
  const detail = `${state.messages} messages, ${megabytes(state.bytes)}${state.maxBytes > 0 ? `, ${Math.round(share * 100)}% full` : ''}`;
  return share < fullWarning ? { check, status: 'ok', detail } : { check, status: share < 0.98 ? 'warn' : 'fail', detail: `${detail}; a full stream refuses messages: raise STREAM_STORAGE_MB` };
}

/** Durables are named after who reads them. */
function readerOf(durable: string): string {
  if (durable.startsWith('connector-')) return `the connector of ${durable.slice('connector-'.length).replace(/-push$/, '')}`;
  const [owner = durable] = durable.split('-');
  return { eligibility: 'order-eligibility', dispatch: 'push-dispatch' }[owner] ?? owner;
}

function consumerFinding({ durable, state }: ConsumerFacts): Finding {
  const check = `consumer ${durable}`;
  const reader = readerOf(durable);
  if (state === undefined) return { check, status: 'fail', detail: `is missing; ${reader} makes it when it starts` };
  const { undelivered, unacknowledged, readers } = state;
  const detail = `lag ${undelivered}, ${unacknowledged} being handled`;
  if (readers === 0 && undelivered + unacknowledged > 0) return { check, status: 'fail', detail: `${detail}, and nobody reads: start ${reader}` };
  if (readers === 0) return { check, status: 'warn', detail: `${detail}, but nobody reads: is ${reader} running?` };
  return undelivered < lagWarning ? { check, status: 'ok', detail } : { check, status: 'warn', detail: `${detail}: ${reader} is behind` };
}

function connectorFindings(connectors: readonly ConnectorFacts[]): Finding[] {
  if (connectors.length === 0) return [{ check: 'connectors', status: 'warn', detail: 'none has announced itself; nothing can be sent' }];
  return connectors.map(({ provider, version, announcedAt }) => ({ check: `connector ${provider}`, status: 'ok', detail: `version ${version}, announced ${announcedAt}` }));
}

function clockFinding({ clockAheadMs }: BrokerFacts): Finding {
  const check = 'clock';
  if (clockAheadMs === null) return { check, status: 'warn', detail: 'could not be compared with the NATS server: this user may not make a stream' };
  const detail = `this machine is ${Math.abs(clockAheadMs)} ms ${clockAheadMs < 0 ? 'behind' : 'ahead of'} the NATS server`;
  if (Math.abs(clockAheadMs) < clockWarningMs) return { check, status: 'ok', detail };
  return { check, status: Math.abs(clockAheadMs) < clockFailureMs ? 'warn' : 'fail', detail: `${detail}: leases and schedules suffer, synchronise the clocks` };
}

/** What the facts mean to an operator. */
export function brokerFindings(facts: BrokerFacts): Finding[] {
  return [
    versionFinding(facts), ...facts.streams.map(streamFinding), ...facts.consumers.map(consumerFinding), ...connectorFindings(facts.connectors), clockFinding(facts),
  ];
}
