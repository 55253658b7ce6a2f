import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { featuresOf, type ServerFeatures } from './server-features.ts';
import { silentLog, type BusLog } from './log.ts';
import type { TopologyOptions } from './topology.ts';

export interface Bus {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  features: ServerFeatures;
  log: BusLog;
  /** How the streams were applied, so that a reader can apply them again when the broker comes back without them. */
  topology?: TopologyOptions;
  /** Sends what is buffered and closes. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Comma-separated, for example "nats://127.0.0.1:4222". */
  servers: string;
  /** Shown by the server's monitoring; the name of the service. */
  name: string;
  log?: BusLog;
}

function logStatus(nc: NatsConnection, log: BusLog): void {
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') log.warn({ nats: status.type }, 'connection to NATS changed');
    }
  })();
}

/** Connects and keeps reconnecting for ever, also when the server is not there yet: a service outlives its broker. */
export async function connectBus({ servers, name, log = silentLog }: ConnectOptions): Promise<Bus> {
  const nc = await connect({
    servers: servers.split(',').map((server) => server.trim()),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    // Otherwise every request captures a stack for the error it may never throw, a few percent of a busy publisher.
    noAsyncTraces: true,
  });
  logStatus(nc, log);
  return {
    nc,
    js: jetstream(nc, { timeout: 5_000 }),
    // Without the account check a manager can be made while JetStream is still recovering its store.
    jsm: await jetstreamManager(nc, { checkAPI: false, timeout: 5_000 }),
    features: featuresOf(nc.info?.version ?? '0.0.0'),
    log,
    close: () => nc.drain(),
  };
}
