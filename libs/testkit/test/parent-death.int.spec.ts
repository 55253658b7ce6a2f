import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { spawnProcess, waitUntil } from '../src/index.ts';
import { isRunning } from '../src/process-state.ts';

interface Started {
  pids: number[];
  folders: string[];
}

describe('servers of a process that is killed', () => {
  it('end by themselves and take their temporary folders along', async () => {
    const owner = await spawnProcess({ entry: join(import.meta.dirname, 'programs', 'server-owner.ts') });
    const line = await waitUntil(async () => /^\{.*\}$/m.exec(await owner.log())?.[0], { timeoutMs: 30_000, what: 'both servers' });
    const { pids, folders } = JSON.parse(line) as Started;
    for (const pid of pids) expect(isRunning(pid)).toBe(true);

    await owner.kill('SIGKILL');
    for (const folder of folders) {
      await waitUntil(() => access(dirname(folder)).then(() => false, () => true), { what: `the end of ${folder}` });
    }
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
    await owner.stop();
  });
});
