import { Option, type Command } from 'commander';
import { connectClient, type Client } from './client.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** One run of the program: options that every command has, a connection made when first needed, and the exit code. */
export interface Session {
  terminal: Terminal;
  nowMs: number;
  json: boolean;
  actor: string;
  client(): Promise<Client>;
  request<T extends object>(verb: string, params: object): Promise<T>;
  /** JSON for scripts, text for people. */
  print(data: object, text: () => string): void;
  /** Asks, unless --yes was given; without a person to ask it refuses. */
  confirm(question: string, yes: boolean | undefined): Promise<void>;
  /** The check found something; the command itself went well. */
  found(): void;
}

export interface Sessions {
  /** The session under the options of this command. */
  of(command: Command): Session;
  exitCode(): ExitCode;
  close(): Promise<void>;
}

interface SharedOptions { json?: boolean; natsUrl?: string; actor?: string }

export function addSharedOptions(program: Command, terminal: Terminal): void {
  program
    .addOption(new Option('--nats-url <url>', 'NATS servers, comma separated (default: NATS_URL, else nats://127.0.0.1:4222)'))
    .addOption(new Option('--actor <name>', 'who does this, for the audit log').default(terminal.userName))
    .addOption(new Option('--json', 'print JSON for scripts'));
}

export function createSessions(terminal: Terminal): Sessions {
  let connection: Promise<Client> | undefined;
  let exitCode: ExitCode = exitCodes.ok;

  function of(command: Command): Session {
    const options = command.optsWithGlobals<SharedOptions>();
    const client = (): Promise<Client> => (connection ??= connectClient(options.natsUrl ?? terminal.natsUrl ?? 'nats://127.0.0.1:4222'));
    const json = options.json === true;
    return {
      terminal, json, client,
      nowMs: Date.now(),
      actor: options.actor ?? terminal.userName,
      request: async (verb, params) => (await client()).request(verb, params),
      print: (data, text) => terminal.out(json ? `${JSON.stringify(data, null, 2)}\n` : text()),
      async confirm(question, yes) {
        if (yes === true) return;
        if (!terminal.interactive) throw usageFailure(`${question} Nobody can answer here: add --yes to go ahead.`);
        const answer = await terminal.ask(`${question} [y/N] `);
        if (!/^y(es)?$/i.test(answer.trim())) throw usageFailure('Nothing was done.');
      },
      found: () => { exitCode = exitCodes.failed; },
    };
  }

  return {
    of,
    exitCode: () => exitCode,
    close: async () => { await connection?.then((client) => client.close()).catch(() => undefined); },
  };
}
