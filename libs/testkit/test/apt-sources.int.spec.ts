import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAptSources } from '../src/apt-sources.ts';

describe('readAptSources', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pes-test-apt-'));
    await mkdir(join(folder, 'sources.list.d'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('reads the one-line format with and without options', async () => {
    await writeFile(
      join(folder, 'sources.list'),
      [
        '# deb http://old.example/debian buster main',
        'deb http://mirror.example/debian bookworm main contrib # the usual',
        'deb [arch=amd64 signed-by=/keys/extra.gpg] https://extra.example/apt bookworm main',
        'deb-src http://mirror.example/debian bookworm main',
      ].join('\n'),
    );
    expect(await readAptSources(folder)).toEqual([
      { uri: 'http://mirror.example/debian', suites: ['bookworm'], components: ['main', 'contrib'] },
      { uri: 'https://extra.example/apt', suites: ['bookworm'], components: ['main'], signedBy: '/keys/extra.gpg' },
    ]);
  });

  it('reads the stanza format with several suites, comments, continuation lines and a source that is switched off', async () => {
    await writeFile(
      join(folder, 'sources.list.d', 'debian.sources'),
      [
        'Types: deb deb-src',
        '# nearest mirror',
        'URIs: http://mirror.example/debian',
        'Suites: trixie',
        '  trixie-updates',
        'Components: main',
        'Signed-By: /keys/debian.gpg',
        '',
        'Types: deb',
        'URIs: http://off.example/debian',
        'Suites: trixie',
        'Components: main',
        'Enabled: no',
      ].join('\n'),
    );
    expect(await readAptSources(folder)).toEqual([
      { uri: 'http://mirror.example/debian', suites: ['trixie', 'trixie-updates'], components: ['main'], signedBy: '/keys/debian.gpg' },
    ]);
  });

  it('returns nothing where there is no apt', async () => {
    expect(await readAptSources(join(folder, 'missing'))).toEqual([]);
  });
});
