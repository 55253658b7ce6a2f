import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the range from which systems take the local ports of outgoing connections: in there, any connection could take the port of a
 * simulator that was killed before it comes back.
 */
const lowest = 15_000;
const highest = 32_000;

/** Whether nothing listens on this port of the loopback address. */
async function isFreePort(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The wanted port when it is free, else some other. */
export async function freePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await isFreePort(wanted))) return wanted;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (await isFreePort(port)) return port;
  }
  throw new Error(`no free TCP port found between ${lowest} and ${highest}`);
}
