import { join, resolve } from 'node:path';
import type { ProviderKey } from '@pes/secrets';
import type { SimulatorUrls } from '../seed/registry-events.ts';
import { seedVersion } from '../seed/seed-version.ts';
import { provisionSchemas, startBackingServers, streamBudgetMb, type BackingOptions, type ManagedNats } from './backing-servers.ts';
import { dataFolder, type DataFolder } from './data-folder.ts';
import { watchLog } from './log-problems.ts';
import { startManaged, type ManagedProcess, type Surroundings } from './managed-process.ts';
import type { ManagedServer } from './managed-server.ts';
import { startOrphanGuard } from './orphan-guard.ts';
import { environmentOf, type EnvironmentParts } from './process-environments.ts';
import { freePort } from './free-port.ts';
import { createProcessList } from './process-list.ts';
import { entryOf, schemas, serviceNames, simulatorNames, type ProcessName } from './programs.ts';
import { publishSeed, untilSeedIsKnown } from './publish-seed.ts';
import { reportToConsole, type Report } from './report.ts';
import { loadSecrets } from './secrets.ts';
import { setUpSimulators } from './simulator-setup.ts';
import { takePossession } from './take-possession.ts';
import { createTeardown, type Teardown } from './teardown.ts';

export interface SystemOptions extends BackingOptions {
  /** Everything is kept here and used again by the next start. */
  dataDir: string;
  /** Wipes the folder first. */
  fresh?: boolean;
  /** Added to the environment of single processes, for example `{ 'push-dispatch': { BATCH_MAX: '1' } }`. */
  env?: Partial<Record<ProcessName, Record<string, string>>>;
  /** Also the HTTP API, on this port or on a free one. Left out, the gateway is not started: no order needs it. */
  apiPort?: number;
  /** Default info. */
  logLevel?: string;
  /** False: the simulators forget everything with their process. Default true. */
  simulatorDataFiles?: boolean;
  /** Where progress and problems go. Default: standard error. */
  report?: Report;
  /** Breaks off the start. */
  signal?: AbortSignal;
}

/** The running system: the same processes as in production, on this machine. */
export interface RunningSystem {
  readonly natsUrl: string;
  /** By schema (eligibility, dispatch, gateway), with the service's own role. */
  readonly databaseUrls: Readonly<Record<string, string>>;
  /** Undefined where an address from outside is used. */
  readonly nats: ManagedNats | undefined;
  readonly postgres: ManagedServer | undefined;
  /** Services and simulators by name. */
  readonly processes: ReadonlyMap<ProcessName, ManagedProcess>;
  readonly simulators: SimulatorUrls;
  /** Seals credentials for the provider's connector. */
  providerKey(provider: string): ProviderKey;
  readonly folder: DataFolder;
  /** Undefined when the gateway was not asked for. */
  readonly api: { url: string; authSecret: string } | undefined;
  /** Services, then simulators, PostgreSQL, NATS; bounded to about 15 s. Nothing is left running. */
  stop(): Promise<void>;
}

/** Resolves when every process is ready and the demo subscriber is known everywhere. When any part fails to start, nothing stays. */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const report = options.report ?? reportToConsole;
  const teardown = createTeardown(report);
  try {
    return await start(options, report, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(options: SystemOptions, report: Report, teardown: Teardown): Promise<RunningSystem> {
  const folder = dataFolder(resolve(options.dataDir));
  await takePossession(folder, { fresh: options.fresh ?? false, report, teardown });
  const secrets = await loadSecrets(folder.file('secrets'), Object.values(schemas));
  const around = surround(folder, { report, teardown, signal: options.signal });
  const starter = { around, teardown, folder, processes: new Map<ProcessName, ManagedProcess>() };

  report('starting NATS and PostgreSQL');
  const backing = await startBackingServers(folder, options, around);
  teardown.add('nats', () => backing.nats?.stop());
  teardown.add('postgres', () => backing.postgres?.stop());
  const databaseUrls = await provisionSchemas(backing, secrets);
  const simulators = await setUpSimulators(folder, options.simulatorDataFiles ?? true);
  const streamStorageMb = await streamBudgetMb(folder);
  const apiPort = options.apiPort === undefined ? 0 : await freePort(options.apiPort);
  const parts: EnvironmentParts = { backing, databaseUrls, secrets, simulators, streamStorageMb, apiPort, logLevel: options.logLevel ?? 'info', own: options.env ?? {} };

  report('starting simulators and services');
  await startAll(simulatorNames, parts, { ...starter, phase: 'simulators' });
  const version = await seedVersion(folder.file('seed'), simulators.urls, Date.now());
  await publishSeed(backing.natsUrl, { replicas: 1, storageBudgetBytes: streamStorageMb * 1024 * 1024 }, { urls: simulators.urls, version, providerKey: secrets.providerKey });
  await startAll(serviceNames.filter((name) => name !== 'gateway' || options.apiPort !== undefined), parts, { ...starter, phase: 'services' });
  await untilSeedIsKnown(backing.natsUrl);
  return {
    natsUrl: backing.natsUrl, databaseUrls, nats: backing.nats, postgres: backing.postgres,
    processes: starter.processes, simulators: simulators.urls, providerKey: secrets.providerKey, folder,
    api: options.apiPort === undefined ? undefined : { url: `http://127.0.0.1:${apiPort}`, authSecret: secrets.authSecret }, stop: () => teardown.run(),
  };
}

function surround(folder: DataFolder, { report, teardown, signal }: { report: Report; teardown: Teardown; signal: AbortSignal | undefined }): Surroundings {
  const guard = startOrphanGuard();
  const processes = createProcessList(folder.file('processes'));
  teardown.add('guard', () => guard.release());
  teardown.add('process list', () => processes.settled());
  return { guard, processes, report, signal };
}

interface Starter {
  around: Surroundings;
  teardown: Teardown;
  folder: DataFolder;
  processes: Map<ProcessName, ManagedProcess>;
  phase: 'services' | 'simulators';
}

const stopGraceMs = { services: 10_500, simulators: 1500 };

/** All at once. Those that started are stopped by the teardown when another one does not. */
async function startAll(names: readonly ProcessName[], parts: EnvironmentParts, { around, teardown, folder, processes, phase }: Starter): Promise<void> {
  const starts = names.map(async (name) => {
    const logFile = join(folder.logs, `${name}.log`);
    const log = watchLog(name, logFile, around.report);
    teardown.add('logs', () => log.stop());
    const program = { name, entry: entryOf(name), env: { NODE_COMPILE_CACHE: folder.compileCache, ...environmentOf(name, parts) }, logFile, readyFile: join(folder.run, `${name}.json`) };
    const managed = await startManaged(program, around);
    teardown.add(phase, () => managed.stop(stopGraceMs[phase]));
    processes.set(name, managed);
  });
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
