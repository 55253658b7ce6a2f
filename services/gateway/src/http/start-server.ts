import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestListener } from 'node:http';

export interface HttpServer {
  port: number;
  /** Lets running requests end, for a bounded time. */
  stop(): Promise<void>;
}

const drainMs = 4_000;
// Longer than the idle timeout of common proxies, so that they close first and never write into a closing connection.
const keepAliveTimeoutMs = 75_000;
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 120_000;

/** Rejects when the address cannot be had. */
export async function startServer(listener: RequestListener, { host, port }: { host: string; port: number }): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, maxHeaderSize: 16 * 1024 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => {
      const bound = setTimeout(() => server.closeAllConnections(), drainMs);
      server.close(() => {
        clearTimeout(bound);
        resolve();
      });
      server.closeIdleConnections();
    }),
  };
}
