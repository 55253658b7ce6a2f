import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseTime, wholeNumber } from '../src/time-argument.ts';
import { pes } from './played-terminal.ts';

const nowMs = Date.parse('2026-05-04T12:00:00.000Z');

describe('a time', () => {
  it.each([
    ['30m', '2026-05-04T11:30:00.000Z'], ['2h', '2026-05-04T10:00:00.000Z'], ['3d', '2026-05-01T12:00:00.000Z'], ['2026-05-04', '2026-05-04T00:00:00.000Z'],
    ['2026-05-04T08:00:00Z', '2026-05-04T08:00:00.000Z'], ['2026-05-04T08:00:00+02:00', '2026-05-04T06:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseTime(text, nowMs)).toBe(expected);
  });
  it.each(['yesterday', '5', '5 hours', '2026', '2026-99-01', ''])('%j is none', (text) => {
    expect(() => parseTime(text, nowMs)).toThrow(/Give how long ago/);
  });
});

describe('a whole number', () => {
  it('keeps its bounds', () => {
    expect(wholeNumber(1, 500)('500')).toBe(500);
    for (const wrong of ['0', '501', '1.5', 'x', '-1', '', '1e2']) expect(() => wholeNumber(1, 500)(wrong)).toThrow(/from 1 to 500/);
  });
});

describe('a wrong command line ends with 2 and says what to do', () => {
  it.each([
    [['dlq', 'replay', '--velocity', '900'], /--velocity <n>.*Give a whole number from 1 to 500/s],
    [['dlq', 'list', '--since', 'yesterday'], /--since <time>.*30m, 2h, 3d/s],
    [['dlq', 'list', '--status', 'shut'], /--status <status>.*Allowed choices are open, replayed/s],
    [['dlq', 'lst'], /unknown command 'lst'.*Did you mean list\?/s],
    [['dlq', 'list', '--providr', 'x'], /unknown option '--providr'.*Did you mean --provider\?/s],
    [['dlq', 'discard', 'abc'], /required option '--note <text>' not specified/],
    [['dlq', 'show'], /missing required argument 'id'/],
    [['dlq', 'replay'], /which ones\? Give ids or a filter such as --provider or --since, or --all/],
    [['pushes', 'retry', 'X-1', '--resend', '--as-new'], /--resend and --as-new exclude one another/],
    [['pushes', 'resolve', 'X-1'], /Give --sent when it is at the provider, or --dismiss/],
    [['pushes', 'resolve', 'X-1', '--sent', '--dismiss'], /Give --sent/],
    [['pushes', 'resolve', 'X-1', '--dismiss', '--provider-ref', '9'], /--provider-ref goes with --sent/],
    [['dlq', 'discard', 'abc', '--note', 'x'], /Nobody can answer here: add --yes/],
    [['dlq', 'edit', 'abc', '--file', '/nowhere/at/all.json'], /--file \/nowhere\/at\/all\.json cannot be read/],
    [['completion', 'fish'], /Allowed choices are bash, zsh/],
    [['nonsense'], /unknown command 'nonsense'/],
  ])('%j', async (argv, message) => {
    const ran = await pes(argv);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(message);
  });
});

describe('help', () => {
  it('is printed with 0 and names exit codes and ids', async () => {
    const { code, out } = await pes(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/dlq.*replays.*pushes.*accounts.*reconcile.*doctor/s);
    expect(out).toContain('3 NATS or the gateway cannot be reached');
    expect((await pes(['dlq', 'replay', '--help'])).out).toContain('--max-errors <percent>');
  });
});

describe('a NATS that is not there', () => {
  it('ends with 3 and names the flag, as JSON for scripts', async () => {
    const text = await pes(['dlq', 'list', '--nats-url', 'nats://127.0.0.1:1']);
    expect([text.code, text.out]).toEqual([3, '']);
    expect(text.err).toMatch(/NATS at nats:\/\/127\.0\.0\.1:1 cannot be reached: .*--nats-url or NATS_URL/);
    const json = await pes(['doctor', '--json'], { natsUrl: 'nats://127.0.0.1:1' });
    expect(json.code).toBe(3);
    expect(JSON.parse(json.err)).toMatchObject({ code: 'cannot_connect' });
  });
});

describe('completion', () => {
  const complete = async (script: string, words: string[]): Promise<string[]> => {
    const probe = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _pes; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', probe]);
    return stdout.trim().split(' ');
  };

  it('completes commands, subcommands and options in bash, whatever values stand between', async () => {
    const { out, code } = await pes(['completion', 'bash']);
    expect(code).toBe(0);
    expect(await complete(out, ['pes', 'd'])).toEqual(['dlq', 'doctor']);
    expect(await complete(out, ['pes', '--actor', 'sam', 'dlq', 're'])).toEqual(['replay']);
    expect(await complete(out, ['pes', 'dlq', 'list', '--provider', 'show', '--sta'])).toEqual(['--status']);
    expect(await complete(out, ['pes', 'pushes', 'resolve', '--s'])).toEqual(['--sent']);
    expect(await complete(out, ['pes', 'replays', ''])).toEqual(expect.arrayContaining(['list', 'show', 'pause', 'resume', 'cancel', '--json']));
  });

  it('has the same words for zsh', async () => {
    const [bash, zsh] = [(await pes(['completion', 'bash'])).out, (await pes(['completion', 'zsh'])).out];
    const words = (script: string): string => script.slice(0, script.indexOf('\n}\n'));
    expect(words(zsh)).toBe(words(bash));
    expect(zsh).toContain('compdef _pes pes');
  });
});
