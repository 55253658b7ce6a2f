import { sleep } from '@pes/kernel';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { startOperationsServer, type OperationsServer } from './operations-server.ts';
import type { Config, ConfigSchema } from './config.ts';
import type { Logger } from './logger.ts';
import { createReadiness, type Readiness, type ReadinessCheck } from './readiness.ts';
import { writeReadyFile } from './ready-file.ts';
import { createStopSequence, type StopHook } from './stop-sequence.ts';

/** What a service gets to work with. */
export interface ServiceContext<C> {
  config: C;
  log: Logger;
  metrics: Registry;
  /** Fires when the stop begins, also while `start` still runs. */
  stopping: AbortSignal;
  /** Hooks run last added first, after readiness went off; the whole stop is bounded. */
  onStop(name: string, hook: StopHook): void;
  /** Asked on each readiness probe; answers at once from what is known. */
  addReadiness(name: string, check: ReadinessCheck): void;
}

export interface ServiceDefinition<S extends ConfigSchema> {
  /** Appears as `service` in logs and metrics. */
  name: string;
  configSchema: S;
  /** Bound of the whole stop. Default 10000. */
  stopTimeoutMs?: number;
  /** Wires the service and resolves once it works. A rejection ends the process with code 1. */
  start(context: ServiceContext<Config<NoInfer<S>>>): Promise<void> | void;
}

export interface ServiceOptions<S extends ConfigSchema> {
  definition: ServiceDefinition<S>;
  config: Config<S>;
  log: Logger;
  /** File that gets name, pid and port once every readiness check passes. */
  readyFile?: string;
}

export interface RunningService {
  /** Where health and metrics are served. */
  port: number;
  /** Resolves once `start` is through and every readiness check passes, or the stop began. Rejects as `start` does. */
  started: Promise<void>;
  /** Stops once, however often it is called. Resolves to false if the bound was hit; never rejects. */
  stop(): Promise<boolean>;
}

/**
 * A service inside this process: health and metrics answer before `start` is called, and until the last stop hook is through.
 * Never ends the process. Rejects if the HTTP address cannot be had.
 */
export async function startService<S extends ConfigSchema>(options: ServiceOptions<S>): Promise<RunningService> {
  const { definition, config, log, readyFile } = options;
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: definition.name });
  collectDefaultMetrics({ register: metrics });
  const readiness = createReadiness();
  const stopSequence = createStopSequence(log);
  const stopping = new AbortController();
  const server = await startOperationsServer({ ...httpAddress(config), metrics, readiness: () => readiness.report() });
  log.info({ host: httpAddress(config).host, port: server.port }, 'health and metrics are served');

  const context: ServiceContext<Config<S>> = {
    config,
    log,
    metrics,
    stopping: stopping.signal,
    onStop: (name, hook) => stopSequence.add(name, hook),
    addReadiness: (name, check) => readiness.add(name, check),
  };

  let stopped: Promise<boolean> | undefined;
  const stop = async (): Promise<boolean> => {
    readiness.setPhase('stopping');
    stopping.abort();
    const finished = await stopSequence.run(definition.stopTimeoutMs ?? 10_000);
    await server.close();
    return finished;
  };
  const report = { name: definition.name, server, readiness, log, readyFile, stopping: stopping.signal };
  return { port: server.port, started: start(definition, context, report), stop: () => (stopped ??= stop()) };
}

interface ReadyReport {
  name: string;
  server: OperationsServer;
  readiness: Readiness;
  log: Logger;
  readyFile: string | undefined;
  stopping: AbortSignal;
}

async function start<S extends ConfigSchema>(definition: ServiceDefinition<S>, context: ServiceContext<Config<S>>, report: ReadyReport): Promise<void> {
  await definition.start(context);
  if (report.stopping.aborted) return;
  report.readiness.setPhase('running');
  await reportReady(report);
}

const readyPollMs = 50;

/** Started is not ready: a check may still wait for a connection or a backlog. */
async function reportReady({ name, server, readiness, log, readyFile, stopping }: ReadyReport): Promise<void> {
  while (readiness.report().status !== 'ready') {
    if (stopping.aborted) return;
    await sleep(readyPollMs, stopping);
  }
  if (readyFile !== undefined) await writeReadyFile(readyFile, { name, pid: process.pid, port: server.port });
  log.info('ready');
}

/** A schema without HTTP_HOST and HTTP_PORT gets an ephemeral port on the loopback address. */
function httpAddress(config: unknown): { host: string; port: number } {
  const { HTTP_HOST: host, HTTP_PORT: port } = config as { HTTP_HOST?: unknown; HTTP_PORT?: unknown };
  return { host: typeof host === 'string' ? host : '127.0.0.1', port: typeof port === 'number' ? port : 0 };
}
