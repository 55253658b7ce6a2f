import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';

/** What a command sees of the world, so that a test can be the person at the terminal. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Undefined when the output is no terminal: then nothing is shortened. */
  columns: number | undefined;
  /** Is there a person who can answer? */
  interactive: boolean;
  ask(question: string): Promise<string>;
  /** Lets the person change a file. Rejects when the editor cannot be started or fails. */
  edit(path: string): Promise<void>;
  natsUrl: string | undefined;
  userName: string;
}

/** The terminal that this process runs in. */
export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process;
  // A reader that went away (`pes … | head`) is no error of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE') throw error; });
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: stdout.isTTY ? stdout.columns : undefined,
    interactive: stdin.isTTY && stderr.isTTY,
    async ask(question) {
      // On stderr, so that the question shows when the output goes into a file.
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(question);
      } finally {
        reader.close();
      }
    },
    edit: (path) => runEditor(env['VISUAL'] ?? env['EDITOR'] ?? 'vi', path),
    natsUrl: env['NATS_URL'],
    userName: userName(env),
  };
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return env['USER'] ?? 'unknown';
  }
}

/** The setting may hold arguments ("code --wait"), so a shell splits it; the path is passed beside it. */
function runEditor(editor: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the editor "${editor}" ended with ${String(code)}`))));
  });
}
