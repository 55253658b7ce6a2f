import type { ExitCode } from './exit-codes.ts';

/** Ends a command with a message for people and an exit code. Anything else that is thrown is a bug of ours. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  /** For scripts: the gateway's refusal code, or what kind of failure it was here. */
  readonly code: string;
  /** Single complaints, where there are several. */
  readonly details: readonly string[];

  constructor(message: string, { exitCode, code, details = [] }: { exitCode: ExitCode; code: string; details?: readonly string[] }) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.details = details;
  }
}

export function usageFailure(message: string): Failure {
  return new Failure(message, { exitCode: 2, code: 'usage' });
}

export function operationFailure(message: string, code = 'failed'): Failure {
  return new Failure(message, { exitCode: 1, code });
}
