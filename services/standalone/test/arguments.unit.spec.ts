import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../src/arguments.ts';

const defaults = { demo: undefined, exit: false, data: undefined, port: 8080, fresh: false, help: false };

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(parseArguments([])).toEqual({ ok: true, value: defaults });
  });

  it('reads every option, with a blank or an equals sign before its value', () => {
    expect(parseArguments(['--demo', '60', '--exit', '--data=/tmp/x', '--port', '9000', '--fresh'])).toEqual({
      ok: true, value: { demo: 60, exit: true, data: '/tmp/x', port: 9000, fresh: true, help: false },
    });
  });

  it('takes no notice of the -- that a package runner passes on', () => {
    expect(parseArguments(['--', '--demo', '5'])).toEqual({ ok: true, value: { ...defaults, demo: 5 } });
  });

  it.each([
    [['--dmo', '5'], 'unknown option --dmo'],
    [['extra'], 'unknown option extra'],
    [['--fresh=yes'], 'unknown option --fresh=yes'],
    [['--demo'], '--demo needs a value'],
    [['--data', '--exit'], '--data needs a value'],
    [['--demo', '-3'], '--demo must be a whole number from 0 to 1000000, but is -3'],
    [['--demo', '1.5'], '--demo must be a whole number from 0 to 1000000, but is 1.5'],
    [['--demo', '2000000'], '--demo must be a whole number from 0 to 1000000, but is 2000000'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535, but is 70000'],
    [['--exit'], '--exit needs --demo N: how many orders to emit before stopping, 0 to compare only'],
  ])('refuses %j and says why', (words, error) => {
    expect(parseArguments(words)).toEqual({ ok: false, error });
  });
});
