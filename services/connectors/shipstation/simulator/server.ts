import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRateWindow, type RateWindow, type SimulatedAccount } from './accounts.ts';
import { forbidden, invalidCredentials, tooManyRequests, type Answer } from './answers.ts';
import { control, controlPrefix } from './control.ts';
import { answerOf, createFaults, isHandledFirst, type Fault, type Faults } from './faults.ts';
import { openJournal } from './journal.ts';
import { openOrderBook, type LedgerRow, type OrderBook } from './order-book.ts';
import { route, routedAccount, type ApiRequest, type RoutedAccount } from './routes.ts';

export type { SimulatedAccount, SimulatedStore } from './accounts.ts';
export type { Fault, FaultKind } from './faults.ts';
export type { LedgerRow } from './order-book.ts';

export interface SimulatorOptions {
  /** 0 or left out: any free port. */
  port?: number;
  accounts: SimulatedAccount[];
  /** Orders are kept here and survive a kill of the process. In memory when left out. */
  dataFile?: string;
  faults?: Fault[];
}

export interface ShipStationSimulator {
  url: string;
  port: number;
  ledger(): LedgerRow[];
  /** Adds a fault; faults are tried in the order in which they came. */
  setFault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

interface Client {
  account: RoutedAccount;
  window: RateWindow;
  disabled: boolean;
}

/** A strict stand-in for the V1 API of ShipStation on the loopback address, with faults on demand and a ledger of what it took. */
export async function startShipStationSimulator(options: SimulatorOptions): Promise<ShipStationSimulator> {
  const journal = openJournal(options.dataFile);
  const book = openOrderBook(journal);
  const faults = createFaults(options.faults ?? []);
  const server = createServer(createHandler(options.accounts, book, faults));
  // A connection that the server closes while a request is on its way looks like a fault that nobody asked for.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 130_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ledger: () => book.rows(),
    setFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      journal.close();
    },
  };
}

function createHandler(accounts: readonly SimulatedAccount[], book: OrderBook, faults: Faults): RequestListener {
  const requests = { total: 0, unauthorized: 0, rateLimited: 0 };
  const clients = new Map<string, Client>(accounts.map((account) => [
    `Basic ${Buffer.from(`${account.apiKey}:${account.apiSecret}`).toString('base64')}`,
    { account: routedAccount(account), window: createRateWindow(account.requestsPerMinute ?? 40), disabled: account.disabled === true },
  ]));

  function reset(): void {
    book.clear();
    faults.clear();
    for (const { window } of clients.values()) window.clear();
  }

  /** The answer of the API itself, without faults. */
  function handle(client: Client | undefined, request: ApiRequest): Answer {
    if (client === undefined) {
      requests.unauthorized += 1;
      return invalidCredentials;
    }
    if (client.disabled) return forbidden;
    if (client.window.take(Date.now())) return route(client.account, book, request);
    requests.rateLimited += 1;
    return tooManyRequests;
  }

  async function respond(request: ApiRequest, authorization: string, response: ServerResponse): Promise<void> {
    if (request.path.startsWith(controlPrefix)) return write(response, control({ book, faults, reset, requests: () => requests }, request), {});
    requests.total += 1;
    const client = clients.get(authorization);
    const headers = (): Record<string, string> => client?.window.headers(Date.now()) ?? {};
    const fault = faults.next(client?.account.name ?? '', request.path);
    if (fault === undefined) {
      const answer = handle(client, request);
      await book.written();
      return write(response, answer, headers());
    }
    if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const own = isHandledFirst(fault) ? handle(client, request) : undefined;
    await book.written();
    breakOff(response, fault, { own, answer: answerOf(fault, authorization), headers: fault.withoutRateHeaders === true ? {} : headers() });
  }

  return (incoming, response) => readBody(incoming, (body) => {
    const { method = 'GET', headers, url = '/' } = incoming;
    const [path = '/', search = ''] = url.split('?', 2);
    const request = { method, path, query: new URLSearchParams(search), body, contentType: headers['content-type'] ?? '' };
    respond(request, headers.authorization ?? '', response).catch((error: unknown) => response.destroy(error as Error));
  });
}

function readBody(incoming: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer).toString('utf8') : Buffer.concat(chunks).toString('utf8')));
}

function write(response: ServerResponse, { status, body, contentType }: Answer, headers: Record<string, string>): void {
  response.writeHead(status, { 'Content-Type': contentType ?? 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Ends a request the way its fault asks for. A hanging one stays open until the client or `close` ends it. */
function breakOff(response: ServerResponse, fault: Fault, parts: { own: Answer | undefined; answer: Answer | undefined; headers: Record<string, string> }): void {
  const { own, answer, headers } = parts;
  if (fault.kind === 'hang') return;
  if (fault.kind === 'half-answer' && own !== undefined) {
    const bytes = Buffer.from(own.body);
    response.writeHead(own.status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length, ...headers });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
    return;
  }
  const given = fault.kind === 'delay' ? own : answer;
  if (given === undefined) response.destroy();
  else write(response, given, headers);
}
