import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answers, type Answer } from './answer.ts';
import { answerWith, readBody, send } from './exchange.ts';
import { createFaultList, readFaults, type Fault } from './faults.ts';
import { violationsOf } from './order-checks.ts';
import type { LedgerLine, SubmissionError } from './order-state.ts';
import { createOrderStore } from './order-store.ts';
import { createRateLimit } from './rate-limit.ts';
import { findRoute, type Route } from './routes.ts';
import { defaultAsyncDelayMs, type SimulatorOptions } from './settings.ts';
import { authenticate } from './signature.ts';
import { createApi } from './site-flow-api.ts';

export interface SiteFlowSimulator {
  /** Management host: everything but the asynchronous submission. Base URL without /api. */
  url: string;
  /** Submit host of the oneflow flavour. */
  submitUrl: string;
  port: number;
  submitPort: number;
  ledger(): LedgerLine[];
  submissionErrors(): SubmissionError[];
  /** Replaces all faults; no argument clears them. */
  setFault(...faults: Fault[]): void;
  reset(): void;
  close(): Promise<void>;
}

type Host = 'submit' | 'management';

async function listen(server: Server, host: string, port: number): Promise<number> {
  // Longer than clients keep idle connections, so that a reset is always a fault that was asked for.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function createSimulation(options: SimulatorOptions) {
  const { asyncDelayMs = defaultAsyncDelayMs, clockSkewMs = 0, orderShape = 'bare' } = options;
  const accounts = new Map(options.accounts.map((account) => [account.token, account]));
  const store = createOrderStore({
    dataFile: options.dataFile,
    datedIds: options.datedIds ?? false,
    accountName: (token) => accounts.get(token)?.sourceAccount ?? token,
    violationsOf(document, token) {
      const account = accounts.get(token);
      return account === undefined ? [{ path: 'source', message: 'Account is gone' }] : violationsOf(document, account);
    },
  });
  const api = createApi({ store, asyncDelayMs, orderShape });
  const overLimit = createRateLimit();
  const now = (): number => Date.now() + clockSkewMs;

  function process(host: Host, route: Route, request: IncomingMessage, call: { body: string; lost: boolean }): Answer {
    const nowMs = now();
    store.settle(nowMs);
    const account = authenticate({ method: request.method ?? '', target: request.url ?? '', headers: request.headers }, accounts, nowMs);
    if ('status' in account) return account;
    if (host === 'submit' && account.flavour !== 'oneflow') return answers.gatewayMessage(401, 'Token Not Found');
    const retryAfterSeconds = overLimit(account, nowMs);
    if (retryAfterSeconds !== undefined) return { ...answers.failure(429, 'TooManyRequests', 'Rate limit exceeded'), headers: { 'retry-after': String(retryAfterSeconds) } };
    return api({ route, host, account, nowMs, ...call });
  }

  return { store, process, now };
}

/**
 * A stand-in for Site Flow that checks what it gets as strictly as the real one, and shares no code with the connector. Two listeners,
 * because the path is part of the signature and both hosts have POST /api/order.
 */
export async function startSiteFlowSimulator(options: SimulatorOptions): Promise<SiteFlowSimulator> {
  const { store, process, now } = createSimulation(options);
  const faults = createFaultList();

  function settled<T>(read: () => T): T {
    store.settle(now());
    return read();
  }

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method ?? ''} ${request.url ?? ''}`;
    const body = await readBody(request);
    if (call === 'GET /__simulator/ledger') return send(response, answers.ok(settled(store.ledger)));
    if (call === 'GET /__simulator/submission-errors') return send(response, answers.ok(settled(store.submissionErrors)));
    if (call === 'POST /__simulator/reset') {
      store.reset();
      faults.set([]);
      return send(response, answers.ok({ reset: true }));
    }
    if (call !== 'POST /__simulator/faults') return send(response, answers.failure(404, 'NotFound', `${call} is no control of the simulator`));
    const list = readFaults(JSON.parse(body ?? '[]'));
    if (typeof list === 'string') return send(response, answers.failure(400, 'BadRequest', list));
    faults.set(list);
    return send(response, answers.ok({ faults: list.length }));
  }

  async function serve(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    if (host === 'management' && target.startsWith('/__simulator/')) return control(request, response);
    const route = findRoute(host, request.method ?? '', target);
    const body = await readBody(request);
    if (body === undefined) return send(response, answers.failure(413, 'PayloadTooLarge', 'Body too large'));
    if (route === undefined) return send(response, host === 'submit' ? answers.gatewayMessage(403, 'Missing Authentication Token') : answers.failure(404, 'NotFound', 'No such path'));
    const fault = faults.take(route.step);
    const lost = fault?.kind === 'late-rejection';
    await answerWith(fault, { request, response, process: () => process(host, route, request, { body, lost }) });
  }

  const serverOf = (host: Host): Server => createServer((request, response) => {
    serve(host, request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, answers.failure(500, 'SimulatorError', String(error)));
    });
  });
  const [management, submit] = [serverOf('management'), serverOf('submit')];
  const { host = '127.0.0.1' } = options;
  const port = await listen(management, host, options.port ?? 0);
  const submitPort = await listen(submit, host, options.submitPort ?? 0);

  return {
    url: `http://${host}:${port}`,
    submitUrl: `http://${host}:${submitPort}`,
    port,
    submitPort,
    ledger: () => settled(store.ledger),
    submissionErrors: () => settled(store.submissionErrors),
    setFault: (...list) => faults.set(list),
    reset: store.reset,
    async close() {
      await Promise.all([close(management), close(submit)]);
      store.close();
    },
  };
}
