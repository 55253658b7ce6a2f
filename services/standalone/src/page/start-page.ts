import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Storefront } from '../demo/storefront.ts';
import { ordersPage, overview } from './order-view.ts';
import { renderPage } from './render-page.ts';

export interface StatusPage {
  url: string;
  close(): Promise<void>;
}

const pageSize = 50;
const maxJsonRows = 500;
const ordersPerPress = 10;
const portsTried = 50;

/** Serves the status page on this port of the loopback address, or on the next free one. */
export async function startPage(storefront: Storefront, port: number): Promise<StatusPage> {
  const server = createServer((request, response) => {
    try {
      answer(storefront, request, response);
    } catch (error) {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
  });
  const taken = await listen(server, port);
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  for (let candidate = port; candidate < Math.min(port + portsTried, 65_536); candidate += 1) {
    if (await tryListen(server, candidate)) return (server.address() as AddressInfo).port;
  }
  throw new Error(`no free port for the status page from ${port} on: name another one with --port`);
}

function tryListen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', onError);
      resolve(true);
    });
  });
}

function answer(storefront: Storefront, request: IncomingMessage, response: ServerResponse): void {
  const { orders, tracker } = storefront;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  if (!isLocal(request)) return sendJson(response, 403, { error: 'This page is served to this machine only.' });
  const page = wholeNumber(searchParams.get('page'), 1);
  switch (`${request.method ?? ''} ${pathname}`) {
    case 'GET /':
      return sendPage(storefront, page, response);
    case 'GET /api/orders':
      return sendJson(response, 200, ordersPage(orders.all(), tracker, { page, pageSize: Math.min(maxJsonRows, wholeNumber(searchParams.get('pageSize'), pageSize)) }));
    case 'GET /api/summary':
      return sendJson(response, 200, overview(orders.all(), tracker));
    case 'POST /demo-orders':
      void storefront.emit(ordersPerPress).catch(() => undefined);
      response.writeHead(303, { location: '/' }).end();
      return;
    default:
      return sendJson(response, 404, { error: 'Known are GET /, GET /api/orders, GET /api/summary and POST /demo-orders.' });
  }
}

/** A page of another origin can make the browser send a form, or resolve its own name to this machine. */
function isLocal({ headers, method }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') return false;
  return method === 'GET' || headers.origin === undefined || headers.origin === `http://${headers.host ?? ''}`;
}

function sendPage({ orders, tracker }: Storefront, page: number, response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64url');
  const body = renderPage({
    overview: overview(orders.all(), tracker), orders: ordersPage(orders.all(), tracker, { page, pageSize }), deadLetters: tracker.deadLetters().newest, nonce,
  });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'`,
  }).end(body);
}

function wholeNumber(text: string | null, fallback: number): number {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : fallback;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
