/** What scripts can rely on. */
export const exitCodes = {
  ok: 0,
  /** The operation was refused or failed, or a check found something. */
  failed: 1,
  /** The command line is wrong, or a question stayed unanswered. */
  usage: 2,
  /** NATS or the gateway cannot be reached. */
  cannotConnect: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
