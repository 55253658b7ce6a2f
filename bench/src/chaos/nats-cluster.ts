import { once } from 'node:events';
import { connect } from 'node:net';
import { connectBus } from '@pes/messaging';
import { freePort, startNats, type NatsServer } from '@pes/testkit';

/** Three servers that replicate. */
export interface NatsCluster {
  /** Addresses of all, separated by commas. */
  url: string;
  /** The server that leads a stream at this moment. */
  leaderOf(stream: string): Promise<NatsServer>;
  /** Starts the servers that were killed. */
  restartLost(): Promise<void>;
  stop(): Promise<void>;
}

const size = 3;

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function startNatsCluster(): Promise<NatsCluster> {
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const routePorts = await Promise.all(Array.from({ length: size }, () => freePort()));
  const routes = routePorts.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
  const starting = ports.map((port, index) => startNats({ port, configExtra: `cluster { name: chaos, listen: "127.0.0.1:${routePorts[index]}", routes: [${routes}] }` }));
  const started = (await Promise.allSettled(starting)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  if (started.length < size) {
    await stop();
    await Promise.all(starting);
  }
  const url = started.map((server) => server.url).join(',');
  return {
    url,
    stop,
    async restartLost() {
      for (const server of started) {
        if (!await answers(server.port)) await server.restart();
      }
    },
    async leaderOf(stream) {
      const bus = await connectBus({ servers: url, name: 'chaos-cluster' });
      try {
        const { cluster } = await bus.jsm.streams.info(stream);
        // The testkit names a server after its port.
        const leader = started.find(({ port }) => cluster?.leader?.startsWith(`pes-${port}-`) === true);
        if (leader === undefined) throw new Error(`${stream} has no leader: ${JSON.stringify(cluster)}`);
        return leader;
      } finally {
        await bus.close();
      }
    },
  };
}
