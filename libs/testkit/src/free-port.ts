import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The ports handed out lie below the range from which systems take the local ports of outgoing connections (Linux: 32768 and up).
 * Inside it, any connection of the machine could take the port of a killed server before its restart, and a client
 * that keeps dialling the dead port could even connect to itself.
 */
const lowestPort = 15_000;
const highestPort = 32_000;

/** A TCP port of 127.0.0.1 that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free TCP port found between ${lowestPort} and ${highestPort}`);
}

async function isFree(port: number): Promise<boolean> {
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
