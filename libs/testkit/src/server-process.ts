import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { sleep } from '@pes/kernel';
import { invocation, type RunAs } from './run-as.ts';
import type { Watchdog } from './watchdog.ts';

export interface ServerCommand {
  command: string;
  args: string[];
  /** Standard output and error are appended here. */
  logFile: string;
  /** Ends the server if this process dies. */
  watchdog: Watchdog;
  runAs?: RunAs | undefined;
  /** Default: the environment of this process. */
  env?: Record<string, string>;
  /** Default: the root folder, which every user may enter. */
  cwd?: string;
}

export interface ExitStatus {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<ExitStatus>;
  hasExited(): boolean;
  /** Sends the signal and resolves when the process is gone. After `graceMs` it sends SIGKILL. */
  end(signal: NodeJS.Signals, graceMs: number): Promise<ExitStatus>;
}

/**
 * Starts a server in a session of its own, so that a Ctrl-C reaches only this process, which then decides the order of the shutdown.
 * The server does not keep this process running.
 */
export function startServerProcess(server: ServerCommand): ServerProcess {
  const { command, args, ...user } = invocation(server.command, server.args, server.runAs);
  const log = openSync(server.logFile, 'a', 0o600);
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: server.cwd ?? '/',
    ...(server.env === undefined ? {} : { env: server.env }),
    ...user,
  });
  closeSync(log);
  child.unref();
  let gone = false;
  const exited = new Promise<ExitStatus>((resolve) => {
    const leave = (code: number | null, signal: NodeJS.Signals | null): void => {
      gone = true;
      server.watchdog.watch(undefined);
      resolve({ code, signal });
    };
    child.once('exit', leave);
    child.once('error', () => leave(null, null));
  });
  if (child.pid === undefined) throw new Error(`cannot start ${command}: is it there, executable, and for this processor?`);
  server.watchdog.watch(child.pid);

  return {
    pid: child.pid,
    exited,
    hasExited: () => gone,
    async end(signal, graceMs) {
      if (gone) return exited;
      child.ref();
      child.kill(signal);
      const waiting = new AbortController();
      await Promise.race([exited, sleep(graceMs, waiting.signal)]);
      waiting.abort();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      return exited;
    },
  };
}
