import { Command } from 'commander';
import { addAccountCommands } from './commands/accounts.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDlqCommands } from './commands/dlq.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addPushCommands } from './commands/pushes.ts';
import { addReadModelCommands } from './commands/read-model.ts';
import { addReconcileCommand } from './commands/reconcile.ts';
import { addReplayCommands } from './commands/replays.ts';
import { addSharedOptions, type Sessions } from './session.ts';
import type { Terminal } from './terminal.ts';

const exitCodeHelp = `
Exit codes: 0 ok, 1 the operation failed or a check found something, 2 the command line is wrong, 3 NATS or the gateway cannot be reached.
Ids: tables show the last twelve digits, which dead letters, replays and accounts are known by. A push is known by its order reference, an account also by its name.`;

/** The whole command line. Subcommands inherit how errors end and where text goes, so that is set first. */
export function buildProgram(terminal: Terminal, sessions: Sessions): Command {
  const program = new Command('pes')
    .description('Operate Pressero Embedded Services: dead letters, replays, pushes, accounts, checks.')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, ...(terminal.columns !== undefined && { getOutHelpWidth: () => terminal.columns ?? 80 }) })
    .showHelpAfterError('(add --help for what is possible)')
    .showSuggestionAfterError()
    .addHelpText('after', exitCodeHelp);
  addSharedOptions(program, terminal);
  addDlqCommands(program, sessions);
  addReplayCommands(program, sessions);
  addPushCommands(program, sessions);
  addAccountCommands(program, sessions);
  addReconcileCommand(program, sessions);
  addReadModelCommands(program, sessions);
  addDoctorCommand(program, sessions);
  addAuditCommand(program, sessions);
  addCompletionCommand(program, terminal);
  return program;
}
