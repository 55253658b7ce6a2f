import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { freePort } from './free-port.ts';
import { createProxyLink, type ProxyLink } from './proxy-link.ts';

/**
 * What is wrong with the network between client and target:
 * - `none`: nothing.
 * - `{ latencyMs }`: every piece of data, and the end of a connection, arrives that much later, in each direction.
 * - `reset`: open connections are reset, and so is every new one.
 * - `blackhole`: connections are accepted and read, nothing arrives anywhere. New ones do not reach the target.
 * - `half-open`: nothing passes, and neither side learns when the other one leaves. The connection to the target stays open
 *   even when the client is gone, as after the client's machine lost its power.
 * - `refuse`: nothing listens, so new connections are refused. Open ones go on.
 * - `cut-after-request`: data of the client reaches the target; the first data that the target sends after it is dropped,
 *   and both sides are reset: done, but the answer was lost. Data that the target sends unasked passes.
 */
export type Fault = 'none' | { latencyMs: number } | 'reset' | 'blackhole' | 'half-open' | 'refuse' | 'cut-after-request';

export interface FaultProxyOptions {
  targetPort: number;
  /** Default 127.0.0.1. */
  targetHost?: string;
}

export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** The same URL, leading through the proxy: another host and port, everything else kept. */
  through(url: string): string;
  /** Clients that are connected and have not ended their side. */
  openConnections(): number;
  /** All that came in from either side so far, whatever became of it. For a test that waits until something is held or lost. */
  receivedBytes(): number;
  /**
   * Replaces the fault, also for open connections, and resolves when the new one is in force. Connections from which
   * `blackhole` or `half-open` swallowed something are reset when another fault comes, since a gap in their data would be worse.
   */
  setFault(fault: Fault): Promise<void>;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** A TCP proxy on a free port of 127.0.0.1 whose network can be broken in a chosen way. Starts without a fault. */
export async function startFaultProxy({ targetPort, targetHost = host }: FaultProxyOptions): Promise<FaultProxy> {
  let fault: Fault = 'none';
  let received = 0;
  const port = await freePort();
  const links = new Set<ProxyLink>();

  const listen = async (): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const link = createProxyLink({
        client,
        target: { host: targetHost, port: targetPort },
        currentFault: () => fault,
        onReceived: (bytes) => (received += bytes),
        onClosed: () => links.delete(link),
      });
      links.add(link);
      link.faultChanged();
    });
    server.listen(port, host);
    await once(server, 'listening');
    return server;
  };

  let server = await listen();

  return {
    host,
    port,
    through(url) {
      const changed = new URL(url);
      changed.hostname = host;
      changed.port = String(port);
      return changed.href;
    },
    openConnections: () => [...links].filter((link) => link.clientIsOpen()).length,
    receivedBytes: () => received,
    async setFault(next) {
      fault = next;
      if (next === 'refuse') server.close();
      else if (!server.listening) server = await listen();
      for (const link of links) link.faultChanged();
    },
    async close() {
      if (server.listening) server.close();
      for (const link of links) link.reset();
    },
  };
}
