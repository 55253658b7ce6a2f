import { once } from 'node:events';
import { connect } from 'node:net';
import { streams } from '@pes/contracts';
import { connectBus } from '@pes/messaging';
import { freePort, startNats, waitUntil, type NatsServer } from '@pes/testkit';

/** Three servers that replicate. */
export interface NatsCluster {
  /** Addresses of all, separated by commas. */
  url: string;
  /** The server that leads a stream at this moment. */
  leaderOf(stream: string): Promise<NatsServer>;
  /** Resolves when every stream and every consumer has a leader that answers. */
  untilLed(): Promise<void>;
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

/** The servers answer before they have found each other and chosen who places the streams. */
async function untilElected(url: string): Promise<void> {
  const bus = await connectBus({ servers: url, name: 'chaos-cluster' });
  const trial = { name: 'TRIAL', subjects: ['trial'], num_replicas: size };
  try {
    await waitUntil(async () => (await bus.jsm.streams.add(trial)).config.num_replicas === size, { timeoutMs: 60_000, intervalMs: 250, what: 'three NATS servers to be a cluster' });
    await bus.jsm.streams.delete(trial.name);
  } finally {
    await bus.close();
  }
}

async function untilLed(url: string): Promise<void> {
  const bus = await connectBus({ servers: url, name: 'chaos-cluster' });
  try {
    for (const { name } of streams) {
      const what = `${name} and its consumers to have a leader`;
      await waitUntil(async () => {
        const { cluster, state } = await bus.jsm.streams.info(name);
        if (cluster?.leader === undefined) return false;
        const consumers = await bus.jsm.consumers.list(name).next();
        return consumers.length === state.consumer_count;
      }, { timeoutMs: 60_000, intervalMs: 50, what });
    }
  } finally {
    await bus.close();
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
  await untilElected(url);
  return {
    url,
    stop,
    untilLed: () => untilLed(url),
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
