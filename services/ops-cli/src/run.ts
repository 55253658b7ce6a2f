import { CommanderError } from 'commander';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { buildProgram } from './program.ts';
import { createSessions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line and answers the exit code; never throws, never ends the process. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const sessions = createSessions(terminal);
  try {
    await buildProgram(terminal, sessions).parseAsync([...argv], { from: 'user' });
    return sessions.exitCode();
  } catch (error) {
    // commander has said what is wrong already, and ends with 0 after help and version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return report(error, terminal, argv.includes('--json'));
  } finally {
    await sessions.close();
  }
}

function report(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  if (!(error instanceof Failure)) {
    terminal.err(`pes: this should not happen: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitCodes.failed;
  }
  if (json) {
    terminal.err(`${JSON.stringify({ error: error.message, code: error.code, errors: error.details })}\n`);
  } else {
    const details = error.details.filter((line) => !error.message.includes(line)).map((line) => `  ${line}\n`);
    terminal.err(`pes: ${error.message}\n${details.join('')}`);
  }
  return error.exitCode;
}
