import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnProcess, waitUntil, type SpawnedProcess } from '../src/index.ts';

const program = join(import.meta.dirname, 'programs', 'web-program.ts');

describe('spawnProcess', () => {
  let child: SpawnedProcess;

  afterEach(async () => {
    await child.stop();
  });

  it('is ready once the program answers 200, and logs what it writes', async () => {
    child = await spawnProcess({ entry: program, args: ['--demo'] });
    await child.ready();
    expect((await fetch(child.url)).status).toBe(200);
    expect(await child.log()).toContain('"arguments":["--demo"]');
  });

  it('gives the program the variables named and none of the others', async () => {
    process.env['PES_TEST_LEAK'] = 'yes';
    child = await spawnProcess({ entry: program, env: { ORDER_LIMIT: '5' } });
    await child.ready();
    const log = await child.log();
    expect(log).toContain('ORDER_LIMIT');
    expect(log).toContain('HTTP_PORT');
    expect(log).not.toContain('PES_TEST_LEAK');
  });

  it('kills: the exit is reported with its signal, and the log stays until stop', async () => {
    child = await spawnProcess({ entry: program });
    await child.ready();
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.log()).not.toContain('leaving');
    await child.stop();
    await expect(access(child.logFile)).rejects.toThrow('ENOENT');
  });

  it('stops: the program may end in an orderly way', async () => {
    child = await spawnProcess({ entry: program });
    await child.ready();
    expect(await child.stop()).toEqual({ code: 0, signal: null });
  });

  it('throws with the log as soon as the program ends before it is ready', async () => {
    child = await spawnProcess({ entry: program, env: { FAIL: 'no licence' } });
    await expect(child.ready()).rejects.toThrow(/web-program\.ts ended before it was ready:\ncannot start: no licence/);
    expect(await child.exited).toEqual({ code: 3, signal: null });
  });

  it('throws when the program is not ready in time', async () => {
    child = await spawnProcess({ entry: program, readyPath: '/never' });
    await waitUntil(async () => (await child.log()).includes('arguments'));
    await expect(child.ready(100)).rejects.toThrow(/was not ready within 100 ms/);
  });
});
