import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openOrderLog } from '../src/pressero/order-log.ts';
import { dataFolder, prepareDataFolder, wipeDataFolder } from '../src/supervisor/data-folder.ts';
import { acquireLock } from '../src/supervisor/instance-lock.ts';
import { identityOf } from '../src/supervisor/process-identity.ts';
import { loadSecrets } from '../src/supervisor/secrets.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pes-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('a data folder', () => {
  it('is refused when it holds other files', async () => {
    await writeFile(join(root, 'thesis.txt'), 'mine');
    await expect(prepareDataFolder(dataFolder(root))).rejects.toThrow(`the data folder ${root} holds other files: name an empty or a new folder with --data`);
    expect(await readdir(root)).toEqual(['thesis.txt']);
  });

  it('is accepted again, and wiping it leaves what is not ours', async () => {
    const folder = dataFolder(root);
    await prepareDataFolder(folder);
    await mkdir(folder.postgres);
    await writeFile(join(root, 'notes.txt'), 'mine');
    await prepareDataFolder(folder);
    await wipeDataFolder(folder);
    expect((await readdir(root)).sort()).toEqual(['notes.txt', 'pes-standalone.json']);
  });
});

describe('the lock of a data folder', () => {
  it('is refused while its holder runs', async () => {
    const path = join(root, 'lock');
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toThrow(`another instance (process ${process.pid}) uses this data folder`);
    await lock.release();
    await (await acquireLock(path)).release();
    expect(await readdir(root)).toEqual([]);
  });

  it('is taken over from a holder that is gone', async () => {
    const path = join(root, 'lock');
    const child = spawn('/bin/sh', ['-c', 'exit 0']);
    const identity = identityOf(child.pid!);
    await once(child, 'exit');
    await writeFile(path, JSON.stringify(identity));
    await acquireLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(await readdir(root)).toEqual(['lock']);
  });
});

describe('the secrets of an instance', () => {
  it('are made once and can be read by nobody else', async () => {
    const path = join(root, 'secrets.json');
    const first = await loadSecrets(path, ['dispatch']);
    const again = await loadSecrets(path, ['dispatch', 'eligibility']);
    expect(again.passwordOf('dispatch')).toBe(first.passwordOf('dispatch'));
    expect(again.credentialKeys('shipstation')).toBe(first.credentialKeys('shipstation'));
    expect(first.credentialKeys('shipstation')).not.toBe(first.credentialKeys('hp-site-flow'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('the log of emitted orders', () => {
  it('gives the same orders back after a restart, and knows which batch was not finished', async () => {
    const path = join(root, 'orders.jsonl');
    const log = await openOrderLog(path, 500);
    await log.finish(await log.begin(3, Date.now()));
    const cutShort = await log.begin(2, Date.now());
    await writeFile(path, '{"finish":', { flag: 'a' });

    const again = await openOrderLog(path, 900);
    expect(again.batches()).toEqual(log.batches());
    expect(again.unfinished()).toEqual([cutShort]);
    await again.finish(cutShort);
    expect((await openOrderLog(path, 900)).unfinished()).toEqual([]);
    const before = log.batches().flatMap((batch) => [...log.stories(batch)]);
    expect(again.batches().flatMap((batch) => [...again.stories(batch)])).toEqual(before);
    expect(before.map(({ orderNumber }) => orderNumber)).toEqual([500, 501, 502, 503, 504]);
  });
});
