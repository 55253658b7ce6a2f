import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Ended { code: number; out: string; err: string }

function start(entry: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [fileURLToPath(new URL(entry, import.meta.url)), ...args], { env: { PATH: process.env['PATH'] } }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe.each(['../src/main.ts', '../bin/pes.js'])('%s as a process', (entry) => {
  it('prints help and ends with 0, and ends with 2 on a wrong command line and 3 without NATS', async () => {
    const [help, wrong, alone] = await Promise.all([start(entry, ['--help']), start(entry, ['dlq', 'lst']), start(entry, ['accounts', 'list', '--nats-url', 'nats://127.0.0.1:1'])]);
    expect([help.code, help.err]).toEqual([0, '']);
    expect(help.out).toMatch(/^Usage: pes/);
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain("unknown command 'lst'");
    expect([alone.code, alone.out]).toEqual([3, '']);
    expect(alone.err).toContain('--nats-url');
  }, 60_000);
});
