import { sleep } from '@pes/kernel';
import { within } from '../within.ts';
import { lastProblem } from './log-problems.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import type { ProcessList } from './process-list.ts';
import type { Report } from './report.ts';
import { createRestartDelay, type RestartDelay } from './restart-delay.ts';
import { spawnProgram, type Program, type ProgramExit, type ProgramProcess } from './spawn-program.ts';

/**
 * A program that is kept running.
 *
 *   starting ──announced ready──▶ running ──ended by itself──▶ waiting ──pause over──▶ starting
 *   starting, running, waiting ──kill()──▶ down ──restart()──▶ starting
 *   any ──stop()──▶ stopped
 *
 * An end that was asked for with `kill` is not undone by itself: whoever wants a process dead decides when it comes back.
 */
export interface ManagedProcess {
  readonly name: string;
  /** Of the current process, or of the last one. */
  readonly pid: number;
  /** Where it serves health and metrics, or a simulator its API. */
  readonly port: number;
  /** End of the current process, or of the last one. */
  readonly exited: Promise<ProgramExit>;
  readonly isReady: boolean;
  /** Sends the signal (SIGKILL when left out) and resolves when the process is gone. It stays down until `restart`. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready again; ends it first if it runs. Throws when it does not get ready. */
  restart(): Promise<void>;
  /** Ends it for good: SIGTERM, after the grace SIGKILL. */
  stop(graceMs: number): Promise<void>;
}

export interface Surroundings {
  guard: OrphanGuard;
  processes: ProcessList;
  report: Report;
  /** Breaks off starts. */
  signal?: AbortSignal | undefined;
}

interface Kept {
  program: Program;
  surroundings: Surroundings;
  delay: RestartDelay;
  current: ProgramProcess | undefined;
  port: number;
  isReady: boolean;
  /** Fires when the present wish to have it running ends. */
  wish: AbortController;
  stopped: boolean;
}

const readyLimitMs = 60_000;
/** runService gives an orderly stop ten seconds. */
const stopGraceMs = 10_500;
/** What runService exits with when its configuration is wrong: another try would end the same way. */
const wrongConfiguration = 2;

/** Resolves when the program is ready. Throws when its first process ends before that, or is not ready within a minute. */
export async function startManaged(program: Program, surroundings: Surroundings): Promise<ManagedProcess> {
  const kept: Kept = {
    program, surroundings, delay: createRestartDelay(), current: undefined, port: 0, isReady: false, wish: new AbortController(), stopped: false,
  };
  const present = (): ProgramProcess => {
    if (kept.current === undefined) throw new Error(`${program.name} was never started`);
    return kept.current;
  };
  await startOrThrow(kept);
  return {
    name: program.name,
    get pid() { return present().pid; },
    get port() { return kept.port; },
    get exited() { return present().exited; },
    get isReady() { return kept.isReady; },
    kill: (signal = 'SIGKILL') => end(kept, signal, readyLimitMs),
    async restart() {
      if (kept.stopped) throw new Error(`${program.name} was stopped for good: start the system again`);
      await end(kept, 'SIGTERM', stopGraceMs);
      await startOrThrow(kept);
    },
    async stop(graceMs) {
      kept.stopped = true;
      await end(kept, 'SIGTERM', graceMs);
    },
  };
}

/** Starts a process and, when it ends after it was ready and is still wanted, the next one. */
function launch(kept: Kept): ProgramProcess {
  const { program, surroundings: { guard, processes }, wish: { signal } } = kept;
  const startedAt = performance.now();
  const started = spawnProgram(program);
  kept.current = started;
  guard.watch(started.pid);
  processes.add(started.pid);
  void started.exited.then(async (exit) => {
    guard.forget(started.pid);
    processes.remove(started.pid);
    if (kept.current !== started) return;
    const wasReady = kept.isReady;
    kept.isReady = false;
    if (wasReady && !signal.aborted) await comeBack(kept, exit, performance.now() - startedAt);
  });
  return started;
}

async function becomeReady(kept: Kept, started: ProgramProcess): Promise<boolean> {
  const announced = await started.ready(readyLimitMs, kept.surroundings.signal);
  if (announced === undefined || kept.current !== started) return false;
  kept.port = announced.port;
  kept.isReady = true;
  return true;
}

async function comeBack(kept: Kept, exit: ProgramExit, ranMs: number): Promise<void> {
  const { program: { name }, surroundings: { report }, wish: { signal } } = kept;
  let last = { exit, ranMs };
  while (!signal.aborted) {
    const pauseMs = kept.delay.afterRunOf(last.ranMs);
    report(`${name} ended with ${describe(last.exit)}; starting it again in ${pauseMs} ms`);
    await sleep(pauseMs, signal);
    if (signal.aborted) return;
    const startedAt = performance.now();
    const started = launch(kept);
    if (await becomeReady(kept, started)) return report(`${name} is back as process ${started.pid}`);
    if (signal.aborted) return;
    started.signal('SIGKILL');
    last = { exit: await started.exited, ranMs: performance.now() - startedAt };
  }
}

async function end(kept: Kept, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  kept.wish.abort();
  const ending = kept.current;
  if (ending === undefined) return;
  ending.signal(signal);
  await within(graceMs, ending.exited);
  ending.signal('SIGKILL');
  await ending.exited;
}

async function startOrThrow(kept: Kept): Promise<void> {
  kept.wish = new AbortController();
  const { name, logFile } = kept.program;
  const started = launch(kept);
  if (await becomeReady(kept, started)) return;
  const exit = await within(0, started.exited);
  await end(kept, 'SIGKILL', 0);
  const problem = await lastProblem(logFile);
  throw new Error(`${name} did not start: ${reasonOf(exit)}. See ${logFile}${problem === undefined ? '' : `, which ends with "${problem}"`}`);
}

function reasonOf(exit: ProgramExit | undefined): string {
  if (exit === undefined) return `it was not ready within ${readyLimitMs / 1000} s`;
  return exit.code === wrongConfiguration ? 'its configuration is wrong' : `it ended with ${describe(exit)}`;
}

function describe({ code, signal }: ProgramExit): string {
  return signal === null ? `code ${code ?? 'unknown'}` : `signal ${signal}`;
}
