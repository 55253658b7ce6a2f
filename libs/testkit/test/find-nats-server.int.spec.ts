import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findNatsServer } from '../src/index.ts';

/** All programs of the machine are hidden: only what a test puts into `bin` is there. */
describe('findNatsServer', () => {
  const before = process.env;
  let folder: string;
  let bin: string;
  let cache: string;
  let distribution: { aptFolder: string; releaseFile: string };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pes-test-find-'));
    bin = join(folder, 'bin');
    cache = join(folder, 'pressero-embedded-services', 'nats-server');
    distribution = { aptFolder: join(folder, 'apt'), releaseFile: join(folder, 'os-release') };
    await mkdir(bin);
    process.env = { PATH: bin, XDG_CACHE_HOME: folder };
  });

  afterEach(async () => {
    process.env = before;
    await rm(folder, { recursive: true });
  });

  async function script(path: string, ...lines: string[]): Promise<string> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, ['#!/bin/sh', 'PATH=/usr/bin:/bin', ...lines, ''].join('\n'));
    await chmod(path, 0o755);
    return path;
  }

  const natsServer = (path: string, version: string): Promise<string> => script(path, `echo "nats-server: v${version}"`);
  const cached = (version: string): Promise<string> => natsServer(join(cache, version, 'nats-server'), version);

  /** The mirror has the package only in the suites named. The suites that were asked for end up in the file "asked". */
  async function debian(version: string, ...suitesWithPackage: string[]): Promise<void> {
    await mkdir(distribution.aptFolder);
    await writeFile(join(distribution.aptFolder, 'sources.list'), 'deb http://mirror.example/debian bookworm main\n');
    await writeFile(distribution.releaseFile, 'ID=debian\nVERSION_CODENAME=bookworm\n');
    await script(
      join(bin, 'apt-get'),
      'for argument; do case "$argument" in Dir::Etc::sourcelist=*) list=${argument#*=} ;; esac; verb=$argument; done',
      `[ "$verb" = update ] && { cat "$list" >>${folder}/asked; grep -qE "${suitesWithPackage.map((suite) => ` ${suite} `).join('|')}" "$list"; exit; }`,
      'touch nats-server_1-1_amd64.deb',
    );
    await natsServer(join(folder, 'packed'), version);
    await script(join(bin, 'dpkg'), 'mkdir -p "$3/usr/sbin"', `cp ${folder}/packed "$3/usr/sbin/nats-server"`);
  }

  async function docker(version: string): Promise<void> {
    await natsServer(join(folder, 'in-image'), version);
    await script(
      join(bin, 'docker'),
      `echo "$*" >>${folder}/docker-calls`,
      `case "$1" in create) echo 0a1b2c ;; cp) cp ${folder}/in-image "$3" ;; esac`,
    );
  }

  it('takes NATS_SERVER_BIN before everything else', async () => {
    const named = await natsServer(join(folder, 'named'), '2.12.0');
    await natsServer(join(bin, 'nats-server'), '2.11.0');
    process.env['NATS_SERVER_BIN'] = named;
    expect(await findNatsServer(distribution)).toBe(named);
  });

  it('says so when NATS_SERVER_BIN names nothing executable', async () => {
    process.env['NATS_SERVER_BIN'] = join(folder, 'missing');
    await expect(findNatsServer(distribution)).rejects.toThrow(/NATS_SERVER_BIN is .*missing, which is not an executable file/);
  });

  it('takes the cached version that NATS_SERVER_VERSION asks for, before PATH', async () => {
    await natsServer(join(bin, 'nats-server'), '2.11.0');
    await cached('2.10.1');
    const wanted = await cached('2.9.10');
    process.env['NATS_SERVER_VERSION'] = '2.9.10';
    expect(await findNatsServer(distribution)).toBe(wanted);
  });

  it('lists the cached versions when the one asked for is missing', async () => {
    await cached('2.9.10');
    await cached('2.10.1');
    process.env['NATS_SERVER_VERSION'] = '2.8.0';
    await expect(findNatsServer(distribution)).rejects.toThrow(/NATS_SERVER_VERSION is 2\.8\.0, but .* has only 2\.10\.1, 2\.9\.10/);
  });

  it('takes PATH before the cache', async () => {
    await cached('2.12.0');
    const installed = await natsServer(join(bin, 'nats-server'), '2.9.0');
    expect(await findNatsServer(distribution)).toBe(installed);
  });

  it('takes the newest cached version, comparing numbers, and ignores what is not finished', async () => {
    await cached('2.9.10');
    const newest = await cached('2.10.2');
    await mkdir(join(cache, '2.11.0'));
    await natsServer(join(cache, '.new-ff', 'nats-server'), '2.12.0');
    await debian('2.13.0', 'sid');
    expect(await findNatsServer(distribution)).toBe(newest);
  });

  it('unpacks the package of the newest suite that has one, from the mirror of the machine, before it tries Docker', async () => {
    await debian('2.11.3', 'trixie', 'bookworm');
    await docker('2.12.0');
    expect(await findNatsServer(distribution)).toBe(join(cache, '2.11.3', 'nats-server'));
    expect((await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')).toEqual([
      'deb http://mirror.example/debian sid main',
      'deb http://mirror.example/debian trixie main',
    ]);
    expect(await readdir(cache)).toEqual(['2.11.3']);
  });

  it('gives callers at the same time the same whole binary', async () => {
    await debian('2.11.3', 'sid');
    const found = await Promise.all([1, 2, 3, 4].map(() => findNatsServer(distribution)));
    expect(new Set(found)).toEqual(new Set([join(cache, '2.11.3', 'nats-server')]));
    expect(await readdir(cache)).toEqual(['2.11.3']);
  });

  it('copies the binary out of the Docker image when there is no distribution package', async () => {
    await debian('2.11.3', 'no-suite');
    await docker('2.12.1');
    expect(await findNatsServer(distribution)).toBe(join(cache, '2.12.1', 'nats-server'));
    expect(await readFile(join(folder, 'docker-calls'), 'utf8')).toMatch(/^create nats:2\ncp 0a1b2c:\/nats-server \S+\nrm 0a1b2c\n$/);
  });

  it('says how to get one, and what failed, when there is none', async () => {
    const finding = findNatsServer(distribution);
    await expect(finding).rejects.toThrow(/no nats-server found\. Install it .*name it in NATS_SERVER_BIN/s);
    await expect(finding).rejects.toThrow(/no apt sources of a Debian-like distribution/);
    await expect(finding).rejects.toThrow(/cannot run docker/);
  });
});
