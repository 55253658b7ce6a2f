import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRunning, type ProcessIdentity } from '../src/supervisor/process-identity.ts';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Run {
  child: ChildProcess;
  /** Standard output, line by line. */
  lines: string[];
  /** Standard error. */
  said: () => string;
  /** Exit code, or the name of the signal. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** The program as a user starts it. */
export function runStandalone(...words: string[]): Run {
  // The environment of a user who has no servers of his own.
  const { NATS_URL: _, DATABASE_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, [entry, '--port', '0', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return {
    child,
    get lines() { return output.split('\n').filter((line) => line !== ''); },
    said: () => errors,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal))),
  };
}

/** Address of the status page, as it stands on standard output. */
export function pageUrl({ lines }: Run): string | undefined {
  return lines[0]?.replace('Status page: ', '');
}

/** The processes that the instance on this folder has written down and that still run. */
export async function runningProcesses(dataDir: string): Promise<ProcessIdentity[]> {
  const list = JSON.parse(await readFile(join(dataDir, 'processes.json'), 'utf8')) as ProcessIdentity[];
  return list.filter(isRunning);
}
