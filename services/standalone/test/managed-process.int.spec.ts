import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@pes/testkit';
import { startManaged, type ManagedProcess } from '../src/supervisor/managed-process.ts';
import { startOrphanGuard, type OrphanGuard } from '../src/supervisor/orphan-guard.ts';
import { identityOf, isRunning } from '../src/supervisor/process-identity.ts';
import { createProcessList, outliveLeftovers } from '../src/supervisor/process-list.ts';

let folder: string;
let guard: OrphanGuard;
let said: string[];
let started: ManagedProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pes-managed-'));
  guard = startOrphanGuard();
  said = [];
  started = [];
});

afterEach(async () => {
  for (const managed of started) await managed.stop(0);
  guard.release();
  // A successor of a killed process may still write its log.
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
});

async function start(env: Record<string, string> = {}): Promise<ManagedProcess> {
  const program = {
    name: 'steady', entry: fileURLToPath(new URL('./programs/steady.ts', import.meta.url)), env,
    logFile: join(folder, 'steady.log'), readyFile: join(folder, 'steady.json'),
  };
  const managed = await startManaged(program, { guard, processes: createProcessList(join(folder, 'processes.json')), report: (line) => said.push(line) });
  started.push(managed);
  return managed;
}

const runs = (pid: number): boolean => isRunning(identityOf(pid));

describe('a managed process', () => {
  it('is ready when it says so, and tells its port', async () => {
    const managed = await start();
    expect([managed.isReady, managed.port, runs(managed.pid)]).toEqual([true, 4000, true]);
  });

  it('comes back as another process when it dies by itself, and this is said', async () => {
    const managed = await start();
    const first = managed.pid;
    process.kill(first, 'SIGKILL');
    await waitUntil(() => managed.pid !== first && managed.isReady, { what: 'the second process' });
    expect(said).toEqual(['steady ended with signal SIGKILL; starting it again in 250 ms', `steady is back as process ${managed.pid}`]);
  });

  it('stays down after kill until restart', async () => {
    const managed = await start();
    const first = managed.pid;
    await managed.kill();
    expect([await managed.exited, managed.isReady, said]).toEqual([{ code: null, signal: 'SIGKILL' }, false, []]);
    await managed.restart();
    expect([managed.isReady, managed.pid === first, runs(managed.pid)]).toEqual([true, false, true]);
  });

  it('does not start twice when it is restarted while it waits to come back', async () => {
    const managed = await start();
    process.kill(managed.pid, 'SIGKILL');
    await waitUntil(() => said.length > 0, { what: 'the notice' });
    await managed.restart();
    const { pid } = managed;
    // Longer than the pause before the start that must not happen.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([managed.pid, runs(pid), said.length]).toEqual([pid, true, 1]);
  });

  it('is ended with SIGKILL when it does not stop within the grace', async () => {
    const managed = await start({ DEAF: 'yes' });
    await managed.stop(100);
    expect(await managed.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(managed.restart()).rejects.toThrow('steady was stopped for good');
  });

  it.each([['1', 'steady did not start: it ended with code 1. See '], ['2', 'steady did not start: its configuration is wrong. See ']])(
    'that ends with code %s before it is ready is an error that names the log', async (code, message) => {
      const words = `${message}${join(folder, 'steady.log')}, which ends with "Error: this program was told to fail"`;
      await expect(start({ FAILS: code })).rejects.toThrow(words);
    },
  );
});

describe('processes that a killed instance left', () => {
  it('are ended when they stay longer than the patience', async () => {
    const managed = await start({ DEAF: 'yes' });
    const list = createProcessList(join(folder, 'left.json'));
    list.add(managed.pid);
    await list.settled();
    expect(await outliveLeftovers(join(folder, 'left.json'), 100)).toBe(1);
    expect(await outliveLeftovers(join(folder, 'left.json'), 100)).toBe(0);
  });

  it('do not include a process that only has the same number', async () => {
    expect(isRunning({ ...identityOf(process.pid), startTicks: '1' })).toBe(false);
    expect(isRunning(identityOf(process.pid))).toBe(true);
  });
});
