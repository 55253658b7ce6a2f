import { spawn } from 'node:child_process';
import { invocation, type RunAs } from './run-as.ts';

export interface CommandOptions {
  runAs?: RunAs | undefined;
  /** Default: the root folder, which every user may enter. */
  cwd?: string;
  /** File descriptors in place of nothing and of the returned text. */
  stdin?: number;
  stdout?: number;
  /** Ends the program with SIGKILL after this long. Default: no limit. */
  timeoutMs?: number;
}

/** Runs a program to its end and returns its standard output. Throws with the end of its error output when it fails. */
export async function runCommand(program: string, programArgs: string[], options: CommandOptions = {}): Promise<string> {
  const { command, args, ...user } = invocation(program, programArgs, options.runAs);
  const child = spawn(command, args, {
    stdio: [options.stdin ?? 'ignore', options.stdout ?? 'pipe', 'pipe'],
    cwd: options.cwd ?? '/',
    // Named because Jest shows modules a copy of the environment, of which spawn knows nothing.
    env: process.env,
    ...user,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
  });
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`cannot run ${program}: ${cause.message}`, { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code ?? signal ?? 'no code'}: ${errors.trim().slice(-2000)}`));
    });
  });
}
