import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { operationFailure } from '../failure.ts';
import { findAccount, listAccounts, type Account } from '../find-account.ts';
import { renderTable, type Column } from '../output/table.ts';
import { age, shortId } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';

function stateOf({ state, operatorPaused, waiting, pausedUntil, pauseCode }: Account): string {
  if (state !== 'active') return state;
  if (operatorPaused) return 'paused';
  if (waiting !== true) return 'active';
  return pausedUntil === null ? `blocked: ${pauseCode ?? ''}` : `waits: ${pauseCode ?? ''}`;
}

function columns(nowMs: number): Array<Column<Account>> {
  return [
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'PROVIDER', value: ({ provider }) => provider },
    { title: 'STATE', value: stateOf },
    { title: 'UNSENT', value: ({ unsent }) => unsent, right: true },
    { title: 'SENDING', value: ({ sending }) => sending, right: true },
    { title: 'OLDEST', value: ({ oldestUnsentAt }) => age(oldestUnsentAt, nowMs), right: true },
    { title: 'ID', value: ({ accountId }) => shortId(accountId) },
    { title: 'WHY', value: ({ pauseMessage }) => pauseMessage ?? '', flexible: true },
  ];
}

const effectPatienceMs = 5_000;

async function change(session: Session, wanted: string, { verb, note }: { verb: 'pause' | 'resume'; note: string | undefined }): Promise<void> {
  const { accountId } = await findAccount(session, wanted);
  await session.request(`accounts.${verb}`, { accountId, actor: session.actor, ...(note !== undefined && { note }) });
  const deadlineMs = Date.now() + effectPatienceMs;
  let account = await findAccount(session, accountId);
  while (account.operatorPaused !== (verb === 'pause') && Date.now() < deadlineMs) {
    await delay(100);
    account = await findAccount(session, accountId);
  }
  if (account.operatorPaused !== (verb === 'pause')) throw operationFailure(`push-dispatch has not carried it out yet; pes accounts list shows when it has`);
  session.print({ account }, () => `${account.name} is ${stateOf(account)}. ${account.unsent} unsent.\n`);
}

export function addAccountCommands(program: Command, sessions: Sessions): void {
  const accounts = program.command('accounts').description('provider accounts: who waits and why');
  accounts.command('list').description('every account with its queue').action(async (_options: object, command: Command) => {
    const session = sessions.of(command);
    const list = await listAccounts(session);
    session.print({ accounts: list }, () => (list.length === 0 ? 'No accounts.\n' : renderTable(columns(session.nowMs), list, session.terminal.columns)));
  });
  const verbs = [['pause', 'keep the queue and send nothing'], ['resume', 'go on, also after refused credentials']] as const;
  for (const [verb, description] of verbs) {
    accounts.command(verb).description(description).argument('<account>', 'id or name').option('--note <text>', 'for whoever asks why')
      .action((wanted: string, { note }: { note?: string }, command: Command) => change(sessions.of(command), wanted, { verb, note }));
  }
}
