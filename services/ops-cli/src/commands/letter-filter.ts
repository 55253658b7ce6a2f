import { Option, type Command } from 'commander';
import { findAccount } from '../find-account.ts';
import type { Session } from '../session.ts';
import { parseTime } from '../time-argument.ts';

/** Options that choose dead letters; the same for list and replay. */
export interface FilterOptions {
  kind?: string;
  provider?: string;
  account?: string;
  code?: string;
  site?: string;
  subscriber?: string;
  consumer?: string;
  since?: string;
  until?: string;
  text?: string;
}

export function addFilterOptions(command: Command): Command {
  const time = (text: string): string => parseTime(text, Date.now());
  return command
    .addOption(new Option('--kind <kind>', 'pushes out of attempts, or messages nobody can read').choices(['push', 'message']))
    .option('--provider <key>', 'such as shipstation')
    .option('--account <id or name>', 'one account')
    .option('--code <code>', 'reason code, such as attempts_exhausted')
    .option('--site <id>', 'one site')
    .option('--subscriber <id>', 'one subscriber')
    .option('--consumer <name>', 'who could not read the message')
    .option('--since <time>', 'died since: 30m, 2h, 3d or a time', time)
    .option('--until <time>', 'died before', time)
    .option('--text <text>', 'in reference, order number, message, error or subject');
}

/** The gateway's filter. Empty when no option was given. */
export async function filterOf(session: Session, options: FilterOptions): Promise<Record<string, unknown>> {
  const account = options.account === undefined ? undefined : await findAccount(session, options.account);
  const filter = {
    kind: options.kind, provider: options.provider, accountId: account?.accountId, code: options.code, siteId: options.site, subscriberId: options.subscriber,
    consumer: options.consumer, from: options.since, to: options.until, text: options.text,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
