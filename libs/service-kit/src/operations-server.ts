import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { ReadinessReport } from './readiness.ts';

export interface OperationsServerOptions {
  host: string;
  port: number;
  metrics: Registry;
  readiness: () => ReadinessReport;
}

export interface OperationsServer {
  port: number;
  close(): Promise<void>;
}

/** Serves /health/live, /health/ready (503 unless ready, with every check) and /metrics. Rejects if the port is taken. */
export async function startOperationsServer(options: OperationsServerOptions): Promise<OperationsServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer({ metrics, readiness }: OperationsServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { error: 'only GET is served here' });
  switch (path) {
    case '/health/live':
      return sendJson(response, 200, { status: 'live' });
    case '/health/ready': {
      const report = readiness();
      return sendJson(response, report.status === 'ready' ? 200 : 503, report);
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
      return;
    default:
      return sendJson(response, 404, { error: 'known paths are /health/live, /health/ready and /metrics' });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
