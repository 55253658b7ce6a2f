import { sleep } from '@pes/kernel';
import { within } from '../within.ts';
import type { ProcessList } from './process-list.ts';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts';
import type { Report } from './report.ts';
import { createRestartDelay } from './restart-delay.ts';

/** What NATS and PostgreSQL of the testkit have in common. */
interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** A server that is started again when it dies by itself. One that was killed through here stays down until `restart`. */
export interface ManagedServer extends Server {
  readonly name: string;
  /** Does something that takes the server down in between, without the watch getting in the way. */
  undisturbed<T>(work: () => Promise<T>): Promise<T>;
}

interface Around {
  processes: ProcessList;
  report: Report;
}

interface Watched {
  name: string;
  server: Server;
  around: Around;
  stopping: AbortController;
  /** The process that is written down. */
  known: ProcessIdentity;
  /** How many have asked to be left alone. */
  resting: number;
  killed: boolean;
}

const pollMs = 250;
const stopGraceMs = 2000;

export function manageServer(name: string, server: Server, around: Around): ManagedServer {
  const watched: Watched = { name, server, around, stopping: new AbortController(), known: identityOf(server.pid), resting: 0, killed: false };
  around.processes.add(server.pid);
  const watching = watch(watched);
  return {
    name,
    url: server.url,
    get pid() { return server.pid; },
    undisturbed: (work) => undisturbed(watched, work),
    async kill() {
      watched.killed = true;
      await server.kill();
    },
    async restart() {
      await undisturbed(watched, () => server.restart());
      watched.killed = false;
    },
    async stop() {
      watched.stopping.abort();
      // A restart that is under way would leave a server behind.
      await within(stopGraceMs, watching);
      await stopInTime(server);
      around.processes.remove(watched.known.pid);
    },
  };
}

async function watch(watched: Watched): Promise<void> {
  const { name, server, around: { report }, stopping: { signal } } = watched;
  const delay = createRestartDelay();
  let upSince = performance.now();
  while (!signal.aborted) {
    await sleep(pollMs, signal);
    if (signal.aborted || watched.killed || watched.resting > 0 || isRunning(watched.known)) continue;
    const pauseMs = delay.afterRunOf(performance.now() - upSince);
    report(`${name} ended by itself; starting it again in ${pauseMs} ms`);
    await sleep(pauseMs, signal);
    if (signal.aborted) return;
    await undisturbed(watched, () => server.restart()).then(
      () => report(`${name} is back as process ${server.pid}`),
      (error: unknown) => report(`${name} did not come back: ${error instanceof Error ? error.message : String(error)}`),
    );
    upSince = performance.now();
  }
}

async function undisturbed<T>(watched: Watched, work: () => Promise<T>): Promise<T> {
  const { server, around: { processes } } = watched;
  watched.resting += 1;
  try {
    return await work();
  } finally {
    if (watched.known.pid !== server.pid) {
      processes.remove(watched.known.pid);
      watched.known = identityOf(server.pid);
      processes.add(server.pid);
    }
    watched.resting -= 1;
  }
}

async function stopInTime(server: Server): Promise<void> {
  const stopping = server.stop();
  const inTime = await within(stopGraceMs, stopping.then(() => true));
  if (inTime === undefined) await server.kill();
  await stopping;
}
