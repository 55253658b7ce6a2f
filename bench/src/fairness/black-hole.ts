import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A provider that takes every connection and every byte and never answers. */
export async function startBlackHole(): Promise<{ url: string; connections(): number; stop(): void }> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
