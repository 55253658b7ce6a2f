import { run } from '../src/run.ts';
import type { ExitCode } from '../src/exit-codes.ts';
import type { Terminal } from '../src/terminal.ts';

export interface Ran {
  code: ExitCode;
  out: string;
  err: string;
  /** What was asked. */
  questions: string[];
}

export interface Person {
  natsUrl?: string | undefined;
  /** What the person answers to every question; undefined: there is no person. */
  answer?: string;
  columns?: number;
  edit?: (path: string) => Promise<void>;
}

/** Runs a command line as a person, or a script, would. */
export async function pes(argv: readonly string[], { natsUrl, answer, columns, edit }: Person = {}): Promise<Ran> {
  const ran: Ran = { code: 0, out: '', err: '', questions: [] };
  const terminal: Terminal = {
    out: (text) => { ran.out += text; },
    err: (text) => { ran.err += text; },
    columns,
    interactive: answer !== undefined,
    ask: async (question) => {
      ran.questions.push(question);
      return answer ?? '';
    },
    edit: edit ?? (() => Promise.reject(new Error('no editor in this test'))),
    natsUrl,
    userName: 'kim',
  };
  ran.code = await run(argv, terminal);
  return ran;
}
