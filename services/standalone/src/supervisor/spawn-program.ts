import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { sleep } from '@pes/kernel';

/** One program of ours, run by Node as a process of its own. */
export interface Program {
  name: string;
  /** Absolute path of its main.ts. */
  entry: string;
  env: Record<string, string>;
  /** Standard output and error are appended here. */
  logFile: string;
  /** Where the program says that it is ready, and on which port. */
  readyFile: string;
}

export interface ProgramProcess {
  readonly pid: number;
  /** Settles with the end of the process; never rejects. */
  readonly exited: Promise<ProgramExit>;
  signal(signal: NodeJS.Signals): void;
  /** What the program announced; undefined when it ended, the patience did or the signal fired before it was ready. */
  ready(patienceMs: number, signal?: AbortSignal): Promise<Announcement | undefined>;
}

/** The content of a ready file. */
interface Announcement {
  pid: number;
  port: number;
}

export interface ProgramExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const pollMs = 20;
const maxLogBytes = 32 * 1024 * 1024;

/** In a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor, which decides the order of the stop. */
export function spawnProgram({ name, entry, env, logFile, readyFile }: Program): ProgramProcess {
  rmSync(readyFile, { force: true });
  turnOver(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [entry], { stdio: ['ignore', log, log], detached: true, cwd: '/', env: { ...inherited(), ...env, READY_FILE: readyFile } });
  closeSync(log);
  let gone = false;
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once('exit', (code, signal) => {
      gone = true;
      resolve({ code, signal });
    });
    child.once('error', () => {
      gone = true;
      resolve({ code: null, signal: null });
    });
  });
  if (child.pid === undefined) throw new Error(`cannot start ${name}: ${process.execPath} cannot be run`);
  const { pid } = child;
  return {
    pid,
    exited,
    signal: (signal) => void child.kill(signal),
    async ready(patienceMs, signal) {
      const deadline = performance.now() + patienceMs;
      while (!gone && signal?.aborted !== true && performance.now() < deadline) {
        const announced = await announcementOf(readyFile);
        if (announced?.pid === pid) return announced;
        await sleep(pollMs);
      }
      return undefined;
    },
  };
}

/** What a process needs from the system; our own variables are given to each by name. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function turnOver(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(logFile, `${logFile}.1`);
}

async function announcementOf(readyFile: string): Promise<Announcement | undefined> {
  const text = await readFile(readyFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Announcement);
}
