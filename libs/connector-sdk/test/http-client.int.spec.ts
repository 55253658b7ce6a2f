import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpClient, type Call } from '../src/create-http-client.ts';
import { parseEgressAllow } from '../src/egress-allow-list.ts';
import { createEgressGuard } from '../src/egress-guard.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from '../src/http-client.ts';
import { createOutboundAgent, type OutboundAgent } from '../src/outbound-agent.ts';
import { createSelfSigned } from './self-signed-certificate.ts';

const request = (url: string, rest: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'POST', url, body: '{"order":1}', ...rest });

function guard(allow: string): ReturnType<typeof createEgressGuard> {
  const list = parseEgressAllow(allow);
  if (!list.ok) throw new Error(list.error.join());
  return createEgressGuard({ allow: list.value });
}

let agent: OutboundAgent;
const servers: Array<Server | HttpServer> = [];
const sockets = new Set<Socket>();

async function listen<T extends Server | HttpServer>(server: T): Promise<number> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that does `behave` with each connection, and the number of requests whose first bytes it saw. */
async function rawServer(behave: (socket: Socket) => void): Promise<{ url: string; seen: () => number }> {
  let seen = 0;
  const port = await listen(createServer((socket) => {
    socket.once('data', () => { seen += 1; });
    behave(socket);
  }));
  return { url: `http://127.0.0.1:${port}/orders`, seen: () => seen };
}

function failure(result: HttpAnswer | HttpFailure): HttpFailure {
  if (result.kind === 'answer') throw new Error(`expected no answer, got ${result.status}`);
  return result;
}

function answer(result: HttpAnswer | HttpFailure): HttpAnswer {
  if (result.kind !== 'answer') throw new Error(`expected an answer, got ${result.kind} ${result.code} ${result.message}`);
  return result;
}

beforeAll(() => {
  agent = createOutboundAgent({ guard: guard('127.0.0.0/8, localhost:*'), connectTimeoutMs: 3_000 });
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

afterAll(() => agent.close());

describe('HTTP client, answers', () => {
  it('gives status, lower-case headers and body of any answer, and never follows a redirect', async () => {
    let calls = 0;
    const port = await listen(createHttpServer((_request, response) => {
      calls += 1;
      response.writeHead(302, { Location: '/elsewhere', 'X-Twice': ['a', 'b'], 'Content-Type': 'text/plain' });
      response.end('moved');
    }));
    const client = createHttpClient({ agent, timeoutMs: 5_000 });
    const result = answer(await client.request(request(`http://127.0.0.1:${port}/a?b=1`)));
    expect(result).toMatchObject({ status: 302, body: 'moved', headers: { location: '/elsewhere', 'x-twice': 'a, b' } });
    expect(calls).toBe(1);
  });

  it('sends method, path with query, headers and body as given', async () => {
    const seen: unknown[] = [];
    const port = await listen(createHttpServer((incoming, response) => {
      incoming.setEncoding('utf8').on('data', (body: string) => seen.push([incoming.method, incoming.url, incoming.headers['x-key'], incoming.headers['accept-encoding'], body]));
      incoming.on('end', () => response.end());
    }));
    const client = createHttpClient({ agent, timeoutMs: 5_000 });
    answer(await client.request({ method: 'PUT', url: `http://127.0.0.1:${port}/o/1?x=%20y#z`, headers: { 'x-key': 'k' }, body: 'žluťoučký' }));
    expect(seen).toEqual([['PUT', '/o/1?x=%20y', 'k', 'identity', 'žluťoučký']]);
  });

  it.each([
    ['utf-8 by default', {}, Buffer.from('é'), 'é'],
    ['the declared charset', { 'content-type': 'text/xml; charset=ISO-8859-1' }, Buffer.from([0xe9]), 'é'],
    ['utf-8 for a charset that does not exist', { 'content-type': 'text/xml; charset=martian' }, Buffer.from('é'), 'é'],
    ['no byte order mark', {}, Buffer.from('\uFEFF{}'), '{}'],
  ])('decodes %s', async (_name, headers, bytes, expected) => {
    const port = await listen(createHttpServer((_request, response) => response.writeHead(200, headers).end(bytes)));
    const result = answer(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(`http://127.0.0.1:${port}/`)));
    expect(result.body).toBe(expected);
  });

  it('skips informational answers', async () => {
    const server = await rawServer((socket) => socket.on('data', () => socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok')));
    const result = answer(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(server.url)));
    expect(result).toMatchObject({ status: 201, body: 'ok' });
  });

  it('reuses connections over sequential calls and opens as many as are needed at once', async () => {
    const connections = new Set<unknown>();
    const server = createHttpServer((_request, response) => void setTimeout(() => response.end('ok'), 20));
    server.on('connection', (socket) => connections.add(socket));
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const client = createHttpClient({ agent, timeoutMs: 5_000 });
    for (let count = 0; count < 5; count += 1) answer(await client.request(request(url)));
    // The second is opened when a call follows before the first connection is marked free again.
    expect(connections.size).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 30 }, async () => answer(await client.request(request(url)))));
    expect(connections.size).toBeGreaterThanOrEqual(30);
    expect(connections.size).toBeLessThanOrEqual(32);
  });
});

describe('HTTP client, certainly not sent', () => {
  it('says so for a refused port', async () => {
    const port = await listen(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const result = failure(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(`http://127.0.0.1:${port}/`)));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable', message: `127.0.0.1:${port} refuses connections (ECONNREFUSED)` });
  });

  it('says so for a name that does not exist', async () => {
    const result = failure(await createHttpClient({ agent, timeoutMs: 15_000 }).request(request('https://no-such-host.example.invalid.test:443/')));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
  });

  it.each([
    ['signed itself', createSelfSigned('localhost'), /certificate that it signed itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/],
    ['has expired', createSelfSigned('localhost', new Date('2020-01-01')), /certificate/],
  ])('says so for a certificate that %s, and the server sees no request', async (_name, certificate, message) => {
    let requests = 0;
    const port = await listen(createTlsServer(certificate, (_request, response) => { requests += 1; response.end(); }));
    const result = failure(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(`https://localhost:${port}/`)));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
    expect(result.message).toMatch(message);
    expect(requests).toBe(0);
  });

  it('says so for a server that speaks no TLS or hangs up during the handshake', async () => {
    const garbage = await listen(createServer((socket) => socket.end('SSH-2.0-server\r\n')));
    const closing = await listen(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    for (const port of [garbage, closing]) {
      const result = failure(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(`https://localhost:${port}/`)));
      expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
    }
  });

  it('says so when the time runs out during the handshake, and sends nothing afterwards', async () => {
    let received = 0;
    const port = await listen(createServer((socket) => socket.on('data', (chunk) => { received += chunk.byteLength; })));
    const result = failure(await createHttpClient({ agent, timeoutMs: 200 }).request(request(`https://localhost:${port}/`)));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable', message: expect.stringContaining('within 200 ms') });
    expect(received).toBeGreaterThan(0);
  });

  it('says so for a call that waited for a free connection, and never sends it later', async () => {
    const narrow = createOutboundAgent({ guard: agent.guard, connectionsPerOrigin: 1 });
    const held: Array<() => void> = [];
    const bodies: string[] = [];
    const port = await listen(createHttpServer((incoming, response) => {
      incoming.setEncoding('utf8').on('data', (body: string) => bodies.push(body));
      held.push(() => response.end('ok'));
    }));
    const client = createHttpClient({ agent: narrow, timeoutMs: 5_000 });
    const first = client.request(request(`http://127.0.0.1:${port}/`, { body: 'first' }));
    const second = failure(await client.request(request(`http://127.0.0.1:${port}/`, { body: 'second', timeoutMs: 150 })));
    expect(second).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
    held[0]?.();
    answer(await first);
    const third = client.request(request(`http://127.0.0.1:${port}/`, { body: 'third' }));
    while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));
    held[1]?.();
    answer(await third);
    expect(bodies).toEqual(['first', 'third']);
    await narrow.close();
  });

  it('says so when the signal had fired before', async () => {
    const server = await rawServer(() => undefined);
    const result = failure(await createHttpClient({ agent, timeoutMs: 5_000, signal: AbortSignal.abort() }).request(request(server.url)));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
    expect(server.seen()).toBe(0);
  });

  it.each([
    ['an address that is no URL', 'not a url', {}, /is not a URL/],
    ['credentials inside the address', 'https://user:secret@api.example.com/', {}, /holds a user name/],
    ['a private address', 'https://10.0.0.1/', {}, /10\.0\.0\.1 is not a public address/],
    ['a header that HTTP cannot carry', 'http://127.0.0.1:9/', { headers: { 'x-key': 'a\r\nb' } }, /invalid x-key header/],
  ])('refuses %s for good', async (_name, url, rest, message) => {
    const result = failure(await createHttpClient({ agent, timeoutMs: 5_000 }).request(request(url, rest)));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'egress_refused' });
    expect(result.message).toMatch(message);
    expect(result.message).not.toContain('secret');
  });

  it('says so once the agent is closed', async () => {
    const closed = createOutboundAgent({ guard: agent.guard });
    await closed.close();
    const result = failure(await createHttpClient({ agent: closed, timeoutMs: 1_000 }).request(request('http://127.0.0.1:9/')));
    expect(result).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
  });
});

describe('HTTP client, maybe sent', () => {
  const onRequest = (react: (socket: Socket) => void) => (socket: Socket): void => {
    socket.once('data', () => react(socket));
  };
  const trickle = (socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
  };

  it.each([
    ['resets after it read the request', onRequest((socket) => { socket.resetAndDestroy(); }), 'connection_lost'],
    ['closes after it read the request', onRequest((socket) => { socket.end(); }), 'connection_lost'],
    ['breaks off in the middle of its answer', onRequest((socket) => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'); }), 'connection_lost'],
    ['answers something that is not HTTP', onRequest((socket) => { socket.end('BANANA\r\n\r\n'); }), 'connection_lost'],
    ['never answers', onRequest(() => undefined), 'timeout'],
    ['answers too slowly to finish', onRequest(trickle), 'timeout'],
  ])('says so when the server %s', async (_name, behave, code) => {
    const server = await rawServer(behave);
    const result = failure(await createHttpClient({ agent, timeoutMs: 400 }).request(request(server.url)));
    expect(result).toMatchObject({ kind: 'maybe-sent', code });
    expect(server.seen()).toBe(1);
  });

  it('counts a reset on accept, before the request was read, as maybe sent, and sends it once', async () => {
    let connections = 0;
    const server = await rawServer((socket) => { connections += 1; socket.resetAndDestroy(); });
    const result = failure(await createHttpClient({ agent, timeoutMs: 2_000 }).request(request(server.url)));
    expect(['connection_lost', 'unreachable']).toContain(result.code);
    expect(result.kind === 'not-sent').toBe(result.code === 'unreachable');
    expect(connections).toBe(1);
  });

  it('stops reading an answer beyond the limit, with and without a length', async () => {
    const written: number[] = [];
    const port = await listen(createHttpServer((incoming, response) => {
      if (incoming.url === '/length') response.writeHead(200, { 'content-length': 50_000_000 });
      let sent = 0;
      const more = (): void => {
        while (sent < 50_000_000 && !response.destroyed) {
          sent += 65_536;
          if (response.write(Buffer.alloc(65_536))) continue;
          response.once('drain', more);
          return;
        }
      };
      response.on('close', () => written.push(sent));
      more();
    }));
    const client = createHttpClient({ agent, timeoutMs: 10_000, maxAnswerBytes: 100_000 });
    for (const path of ['/length', '/chunked']) {
      const result = failure(await client.request(request(`http://127.0.0.1:${port}${path}`)));
      expect(result).toMatchObject({ kind: 'maybe-sent', code: 'answer_too_large' });
    }
    while (written.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(Math.max(...written)).toBeLessThan(20_000_000);
  });

  it('reports huge headers as too large', async () => {
    const server = await rawServer((socket) => socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)));
    const result = failure(await createHttpClient({ agent, timeoutMs: 2_000 }).request(request(server.url)));
    expect(result).toMatchObject({ kind: 'maybe-sent', code: 'answer_too_large' });
  });

  it('ends a running call when the signal fires', async () => {
    const stop = new AbortController();
    const server = await rawServer((socket) => socket.once('data', () => stop.abort()));
    const result = failure(await createHttpClient({ agent, timeoutMs: 10_000, signal: stop.signal }).request(request(server.url)));
    expect(result).toMatchObject({ kind: 'maybe-sent', code: 'timeout' });
  });

  it('does not send a POST again when a kept-open connection turns out to be dead', async () => {
    let requests = 0;
    const server = await rawServer((socket) => socket.on('data', () => {
      requests += 1;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      else socket.resetAndDestroy();
    }));
    const client = createHttpClient({ agent, timeoutMs: 2_000 });
    answer(await client.request(request(server.url)));
    expect(failure(await client.request(request(server.url)))).toMatchObject({ kind: 'maybe-sent', code: 'connection_lost' });
    expect(requests).toBe(2);
  });
});

describe('HTTP client, record', () => {
  it('gets every call once, with its result, also those that never left', async () => {
    const calls: Call[] = [];
    const port = await listen(createHttpServer((_request, response) => response.end('ok')));
    let now = 1_000;
    const client = createHttpClient({ agent, timeoutMs: 5_000, record: (call) => calls.push(call), clock: { now: () => (now += 7) } });
    await client.request(request(`http://127.0.0.1:${port}/`));
    await client.request(request('https://192.168.0.1/'));
    expect(calls.map(({ atMs, durationMs, result }) => [atMs, durationMs, result.kind])).toEqual([[1_007, 7, 'answer'], [1_021, 7, 'not-sent']]);
  });
});
