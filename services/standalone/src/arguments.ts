import { fail, ok, type Result } from '@pes/kernel';

export interface Arguments {
  /** Orders to emit at once; undefined when --demo was not given. */
  demo: number | undefined;
  exit: boolean;
  /** Undefined: the default folder, or a temporary one for a demo. */
  data: string | undefined;
  port: number;
  fresh: boolean;
  help: boolean;
}

export const usage = `Usage: node services/standalone/src/main.ts [options]

  --demo N      emit N demo orders
  --exit        with --demo: wait until they have settled, compare, print one JSON line, stop
  --data DIR    keep everything here (default .data/standalone; a demo takes a temporary folder)
  --fresh       wipe the folder first
  --port P      port of the status page (default 8080, or the next free one)
  --help        show this

NATS_URL and DATABASE_URL name servers to use instead of own ones. DATABASE_URL must belong to a user who may create roles.
`;

const withValue = ['--demo', '--data', '--port'] as const;
const flags = ['--exit', '--fresh', '--help'] as const;
const maxOrders = 1_000_000;

/** Reads the command line, or says what is wrong with it. */
export function parseArguments(argv: readonly string[]): Result<Arguments, string> {
  const given = new Map<string, string>();
  // Package runners pass the "--" on that separates their options from ours.
  const words = (argv[0] === '--' ? argv.slice(1) : argv).values();
  for (const word of words) {
    const [name, inline] = splitAtEquals(word);
    if (isOneOf(flags, name) && inline === undefined) {
      given.set(name, '');
    } else if (isOneOf(withValue, name)) {
      const value = inline ?? words.next().value ?? '';
      if (value === '' || value.startsWith('--')) return fail(`${name} needs a value`);
      given.set(name, value);
    } else {
      return fail(`unknown option ${word}`);
    }
  }
  return interpret(given);
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function splitAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function interpret(given: ReadonlyMap<string, string>): Result<Arguments, string> {
  const demo = wholeNumber(given.get('--demo'));
  const port = wholeNumber(given.get('--port') ?? '8080');
  if (Number.isNaN(demo) || (demo !== undefined && demo > maxOrders)) return fail(`--demo must be a whole number from 0 to ${maxOrders}, but is ${given.get('--demo') ?? ''}`);
  if (port === undefined || Number.isNaN(port) || port > 65_535) return fail(`--port must be a whole number from 0 to 65535, but is ${given.get('--port') ?? ''}`);
  if (given.has('--exit') && demo === undefined) return fail('--exit needs --demo N: how many orders to emit before stopping, 0 to compare only');
  return ok({ demo, exit: given.has('--exit'), data: given.get('--data'), port, fresh: given.has('--fresh'), help: given.has('--help') });
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}
