import { Agent, type Dispatcher } from 'undici';
import { createEgressGuard, type EgressGuard } from './egress-guard.ts';
import { guardedConnect } from './guarded-connect.ts';

export interface OutboundAgentOptions {
  guard?: EgressGuard;
  /** Connections to one provider address at once; further calls wait for a free one. */
  connectionsPerOrigin?: number;
  connectTimeoutMs?: number;
}

/** Makes the calls of one process: its connections stay open between calls, and the egress guard sees each of them. */
export interface OutboundAgent {
  dispatcher: Dispatcher;
  guard: EgressGuard;
  /** Closes all connections. A call that is still under way loses its connection. */
  close(): Promise<void>;
}

const maxOrigins = 1_000;

/**
 * One per process. One call at a time on a connection and HTTP/1.1 only: a request shares its fate with no other, and undici never has
 * reason to send one again by itself.
 */
export function createOutboundAgent(options: OutboundAgentOptions = {}): OutboundAgent {
  const guard = options.guard ?? createEgressGuard();
  const agent = new Agent({
    connect: guardedConnect(guard, options.connectTimeoutMs ?? 10_000),
    connections: options.connectionsPerOrigin ?? 512,
    pipelining: 1,
    allowH2: false,
    maxOrigins,
    maxHeaderSize: 64 * 1024,
    // The client has its own clock over the whole call.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { dispatcher: agent, guard, close: () => agent.destroy() };
}
