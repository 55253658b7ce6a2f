import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReadyFile } from '../src/index.ts';
import type { LogLine } from './log-lines.ts';

interface Sample {
  process: ChildProcessWithoutNullStreams;
  lines: LogLine[];
  stderr: () => string;
  /** Resolves with the first line that has this message. */
  said: (message: string) => Promise<LogLine>;
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function launch(env: Record<string, string>): Sample {
  const script = new URL('./sample-service.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], { env: { NATS_URL: 'nats://127.0.0.1:4222', ...env } });
  children.push(child);
  const lines: LogLine[] = [];
  const waiting: { message: string; resolve: (line: LogLine) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    for (const { resolve } of waiting.filter(({ message }) => message === line.msg)) resolve(line);
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  return {
    process: child,
    lines,
    stderr: () => errors,
    said: (message) =>
      new Promise((resolve) => {
        const line = lines.find(({ msg }) => msg === message);
        if (line === undefined) waiting.push({ message, resolve });
        else resolve(line);
      }),
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))),
  };
}

const messages = (sample: Sample): string[] => sample.lines.map(({ msg }) => msg);

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops on %s with code 0, hooks last added first', async (signal) => {
    const sample = launch({});
    await sample.said('ready');
    sample.process.kill(signal);
    expect(await sample.ended).toBe(0);
    expect(messages(sample)).toEqual(['health and metrics are served', 'ready', 'stopping', 'hook second', 'hook first', 'stopped']);
  });

  it('finishes its stop when more signals come', async () => {
    const sample = launch({});
    await sample.said('ready');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGTERM'] as const) sample.process.kill(signal);
    expect(await sample.ended).toBe(0);
    expect(messages(sample).filter((message) => message === 'hook first')).toHaveLength(1);
  });

  it('stops while its start still hangs', async () => {
    const sample = launch({ BEHAVIOUR: 'hang-start' });
    await sample.said('hanging');
    sample.process.kill('SIGTERM');
    expect(await sample.ended).toBe(0);
    expect(messages(sample)).not.toContain('ready');
  });

  it('exits with 1 when a hook hangs past the bound, and names it', async () => {
    const sample = launch({ BEHAVIOUR: 'hang-stop' });
    await sample.said('ready');
    sample.process.kill('SIGTERM');
    expect(await sample.ended).toBe(1);
    expect(sample.lines).toContainEqual(expect.objectContaining({ level: 'error', msg: 'stop took too long', hook: 'third', notRun: ['first', 'second'] }));
  });

  it.each([
    ['the start fails', 'fail-start', 'the start failed', 'no such stream'],
    ['an exception is not caught', 'throw', 'uncaught exception', 'a bug'],
    ['a rejection is not handled', 'reject', 'unhandled rejection', 'a forgotten promise'],
  ])('when %s, logs it as fatal, runs the hooks and exits with 1', async (_, behaviour, reason, message) => {
    const sample = launch({ BEHAVIOUR: behaviour });
    expect(await sample.ended).toBe(1);
    const fatal = sample.lines.find(({ level }) => level === 'fatal');
    expect(fatal).toMatchObject({ reason, error: { message, stack: expect.stringContaining('sample-service.ts') } });
    expect(messages(sample).slice(-3)).toEqual(['hook second', 'hook first', 'stopped']);
  });

  it('bounds the stop after an uncaught exception as well', async () => {
    expect(await launch({ BEHAVIOUR: 'throw-and-hang' }).ended).toBe(1);
  });

  it('writes every problem of its configuration to stderr, nothing to stdout, and exits with 2', async () => {
    const sample = launch({ NATS_URL: '', HTTP_PORT: 'eighty', LOG_LEVEL: 'loud' });
    expect(await sample.ended).toBe(2);
    expect(sample.lines).toEqual([]);
    expect(sample.stderr().trim().split('\n').map((line) => line.trim().split(' ', 1)[0])).toEqual(['sample:', 'NATS_URL', 'HTTP_PORT', 'LOG_LEVEL']);
  });

  it('tells its port in the log and in READY_FILE', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'service-kit-'));
    const readyFile = join(folder, 'sample.json');
    const sample = launch({ READY_FILE: readyFile });
    const { port } = await sample.said('health and metrics are served');
    await fetch(`http://127.0.0.1:${String(port)}/health/live`);
    await sample.said('ready');
    sample.process.kill('SIGTERM');
    await sample.ended;
    expect(JSON.parse(await readFile(readyFile, 'utf8')) as ReadyFile).toEqual({ name: 'sample', pid: sample.process.pid, port });
    await rm(folder, { recursive: true });
  });
});
