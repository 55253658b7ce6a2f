import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, startFaultProxy, waitUntil, type FaultProxy } from '../src/index.ts';

/** The target greets with "hello\n" and answers every piece of data with the same in capitals. */
describe('startFaultProxy', () => {
  let target: Server;
  let proxy: FaultProxy;
  let received: string;
  const serverSide = new Set<Socket>();
  const clients = new Set<Socket>();

  beforeEach(async () => {
    received = '';
    target = createServer({ allowHalfOpen: true }, (socket) => {
      serverSide.add(socket);
      socket.write('hello\n');
      socket.on('data', (data) => {
        received += data.toString();
        socket.write(data.toString().toUpperCase());
      });
      socket.on('end', () => socket.end('bye\n'));
      socket.on('error', () => undefined);
      socket.on('close', () => serverSide.delete(socket));
    });
    const targetPort = await freePort();
    target.listen(targetPort, '127.0.0.1');
    await once(target, 'listening');
    proxy = await startFaultProxy({ targetPort });
  });

  afterEach(async () => {
    for (const socket of [...clients, ...serverSide]) socket.destroy();
    clients.clear();
    await proxy.close();
    target.close();
  });

  interface Client {
    socket: Socket;
    text: () => string;
    /** Code of the error that ended the connection. */
    error: () => string | undefined;
  }

  function dial(): Client {
    const socket = connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true });
    clients.add(socket);
    let text = '';
    let error: string | undefined;
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', (cause: NodeJS.ErrnoException) => (error = cause.code));
    return { socket, text: () => text, error: () => error };
  }

  async function greeted(): Promise<Client> {
    const client = dial();
    await waitUntil(() => client.text() === 'hello\n', { what: 'the greeting' });
    return client;
  }

  it('passes data and the orderly end in both directions without a fault', async () => {
    const client = await greeted();
    client.socket.end('order');
    await once(client.socket, 'end');
    expect(client.text()).toBe('hello\nORDERbye\n');
    client.socket.destroy();
    await waitUntil(() => proxy.openConnections() === 0 && serverSide.size === 0);
    expect(client.error()).toBeUndefined();
  });

  it('carries more than the buffers hold when the receiver is slow', async () => {
    const client = await greeted();
    const sizeBytes = 8_000_000;
    client.socket.pause();
    client.socket.write('x'.repeat(sizeBytes));
    await waitUntil(() => received.length > 1_000_000);
    client.socket.resume();
    await waitUntil(() => client.text().length === 'hello\n'.length + sizeBytes, { what: 'all data' });
  });

  it('leads a URL through the proxy and keeps the rest of it', () => {
    expect(proxy.through('postgres://ann:secret@db.example:5432/orders?x=1')).toBe(`postgres://ann:secret@127.0.0.1:${proxy.port}/orders?x=1`);
    expect(proxy.through('nats://127.0.0.1:4222')).toBe(`nats://127.0.0.1:${proxy.port}`);
  });

  it('latency: delays each direction, and keeps the order when the latency falls', async () => {
    const client = await greeted();
    await proxy.setFault({ latencyMs: 60 });
    const start = performance.now();
    client.socket.write('one ');
    await waitUntil(() => received === 'one ', { intervalMs: 1 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
    await waitUntil(() => client.text() === 'hello\nONE ', { intervalMs: 1 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);

    const before = proxy.receivedBytes();
    client.socket.write('two ');
    await waitUntil(() => proxy.receivedBytes() - before === 'two '.length, { intervalMs: 1 });
    await proxy.setFault('none');
    client.socket.write('three');
    await waitUntil(() => client.text() === 'hello\nONE TWO THREE');
  });

  it('reset: resets open connections and every new one, on both sides', async () => {
    const client = await greeted();
    await proxy.setFault('reset');
    await waitUntil(() => client.error() === 'ECONNRESET' && serverSide.size === 0);
    const late = dial();
    await waitUntil(() => late.error() === 'ECONNRESET');
    expect(serverSide.size).toBe(0);
    await proxy.setFault('none');
    await greeted();
  });

  it('blackhole: accepts and swallows everything; what was swallowed cannot heal, so those connections are reset afterwards', async () => {
    const open = await greeted();
    const idle = await greeted();
    await proxy.setFault('blackhole');
    const before = proxy.receivedBytes();
    open.socket.write('lost');
    const late = dial();
    await once(late.socket, 'connect');
    late.socket.write('lost too');
    [...serverSide][1]?.write('nor this');
    await waitUntil(() => proxy.receivedBytes() - before === 'lostlost toonor this'.length);

    await proxy.setFault('none');
    await waitUntil(() => open.error() === 'ECONNRESET' && late.error() === 'ECONNRESET');
    expect(received).toBe('');
    expect(late.text()).toBe('');
    await waitUntil(() => idle.error() === 'ECONNRESET');
    expect(idle.text()).toBe('hello\n');
  });

  it('blackhole: a connection from which nothing was swallowed goes on afterwards', async () => {
    const idle = await greeted();
    await proxy.setFault('blackhole');
    await proxy.setFault('none');
    idle.socket.write('still here');
    await waitUntil(() => idle.text() === 'hello\nSTILL HERE');
  });

  it('half-open: the target keeps its connection when the client is gone', async () => {
    const client = await greeted();
    await proxy.setFault('half-open');
    client.socket.write('unheard');
    client.socket.destroy();
    await waitUntil(() => proxy.openConnections() === 0);
    expect(serverSide.size).toBe(1);
    expect([...serverSide][0]?.readyState).toBe('open');
    expect(received).toBe('');
    await proxy.close();
    await waitUntil(() => serverSide.size === 0);
  });

  it('half-open: the client does not learn that the target left', async () => {
    const client = await greeted();
    await proxy.setFault('half-open');
    const side = [...serverSide][0]!;
    side.destroy();
    await once(side, 'close');
    const probe = dial();
    await once(probe.socket, 'connect');
    expect(client.socket.readyState).toBe('open');
    expect(client.error()).toBeUndefined();
  });

  it('refuse: refuses new connections while open ones go on, and listens on the same port afterwards', async () => {
    const client = await greeted();
    await proxy.setFault('refuse');
    const late = dial();
    await waitUntil(() => late.error() === 'ECONNREFUSED');
    client.socket.write('still here');
    await waitUntil(() => client.text() === 'hello\nSTILL HERE');
    await proxy.setFault('none');
    await greeted();
  });

  it('cut-after-request: the request arrives, its answer does not', async () => {
    const client = await greeted();
    await proxy.setFault('cut-after-request');
    client.socket.write('order 7');
    await waitUntil(() => client.error() === 'ECONNRESET');
    expect(received).toBe('order 7');
    expect(client.text()).toBe('hello\n');
    await waitUntil(() => serverSide.size === 0);
    expect(await greeted().then((late) => late.text())).toBe('hello\n');
  });

  it('resets the client when nothing listens at the target', async () => {
    target.close();
    await waitUntil(() => !target.listening);
    const client = dial();
    await waitUntil(() => client.socket.destroyed);
    expect(client.text()).toBe('');
  });
});
