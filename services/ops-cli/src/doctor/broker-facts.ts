/** What was seen of the broker; undefined where it is not there. */
export interface BrokerFacts {
  serverVersion: string;
  roundTripMs: number;
  streams: StreamFacts[];
  consumers: ConsumerFacts[];
  connectors: ConnectorFacts[];
  /** Positive: this machine is ahead. Null: it could not be measured. */
  clockAheadMs: number | null;
}

export interface StreamFacts {
  name: string;
  state?: { messages: number; bytes: number; maxBytes: number };
}

export interface ConsumerFacts {
  stream: string;
  durable: string;
  state?: { undelivered: number; unacknowledged: number; readers: number };
}

export interface ConnectorFacts {
  provider: string;
  version: string;
  announcedAt: string;
}
