import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@pes/testkit';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface EligibilityProcess {
  /** Where health and metrics are served. */
  port: number;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** The service as its own process, ready. */
export async function startEligibilityProcess(env: Record<string, string>): Promise<EligibilityProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'eligibility-'));
  const readyFile = join(folder, 'ready.json');
  const child = runMain({ ...env, READY_FILE: readyFile, LOG_LEVEL: 'warn' });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const { port } = await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    return JSON.parse(await readFile(readyFile, 'utf8')) as { port: number };
  }, { timeoutMs: 30_000, what: 'the service to be ready' });
  await rm(folder, { recursive: true });
  return {
    port,
    async kill(signal) {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

export function runMain(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'inherit', 'pipe'] });
}
