import type { Command } from 'commander';
import { findAccount } from '../find-account.ts';
import { findPushId, type Push, type PushDetail } from '../find-push.ts';
import { renderFields, renderTable, type Column } from '../output/table.ts';
import { age } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';
import { collect, parseTime, wholeNumber } from '../time-argument.ts';
import { addPushResolve, addPushRetry } from './push-changes.ts';

interface ListOptions {
  state?: string[]; provider?: string; account?: string; code?: string; site?: string; subscriber?: string; since?: string; until?: string; text?: string; limit: number; after?: string;
}

function columns(nowMs: number): Array<Column<Push>> {
  return [
    { title: 'AGE', value: ({ updatedAt }) => age(updatedAt, nowMs), right: true },
    { title: 'PROVIDER', value: ({ provider }) => provider },
    { title: 'ORDER', value: ({ orderNumber }) => orderNumber, right: true },
    { title: 'REFERENCE', value: ({ reference }) => reference, flexible: true },
    { title: 'STATE', value: ({ state }) => state },
    { title: 'TRIES', value: ({ attempt }) => attempt, right: true },
    { title: 'MESSAGE', value: ({ message }) => message, flexible: true },
  ];
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const account = options.account === undefined ? undefined : await findAccount(session, options.account);
  const query = {
    states: options.state, provider: options.provider, accountId: account?.accountId, code: options.code, siteId: options.site, subscriberId: options.subscriber,
    from: options.since, to: options.until, text: options.text, limit: options.limit, after: options.after,
  };
  const page = await session.request<{ pushes: Push[]; next: string | null }>('pushes.list', Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)));
  const more = page.next === null ? '' : `Go on with --after ${page.next}\n`;
  session.print(page, () => (page.pushes.length === 0 ? 'No pushes.\n' : renderTable(columns(session.nowMs), page.pushes, session.terminal.columns) + more));
}

function addList(pushes: Command, sessions: Sessions): void {
  const time = (text: string): string => parseTime(text, Date.now());
  pushes.command('list').description('pushes, the newest first')
    .option('--state <state>', 'only these, such as rejected or needs-person; may be repeated', collect)
    .option('--provider <key>', 'such as shipstation').option('--account <id or name>', 'one account').option('--code <code>', 'reason code')
    .option('--site <id>', 'one site').option('--subscriber <id>', 'one subscriber')
    .option('--since <time>', 'changed since: 30m, 2h, 3d or a time', time).option('--until <time>', 'changed before', time)
    .option('--text <text>', 'in reference, provider id or message')
    .option('--limit <n>', 'how many', wholeNumber(1, 500), 50).option('--after <id>', 'the page after this one')
    .action((options: ListOptions, command: Command) => list(sessions.of(command), options));
}

function detailText({ push, attempts, commands }: PushDetail): string {
  const fields = renderFields([
    ['push', push.pushId], ['reference', push.reference], ['order', push.orderNumber], ['provider', push.provider], ['account', push.accountId], ['state', push.state], ['code', push.code],
    ['message', push.message], ['provider id', push.providerRef], ['next attempt', push.runAt], ['created', push.createdAt], ['changed', push.updatedAt],
    ['commands', commands.map(({ appliedAt, actor, action, note }) => `${appliedAt} ${actor} ${action}${note === null ? '' : `: ${note}`}`).join('\n')],
  ]);
  if (attempts.length === 0) return fields;
  return `${fields}\n${renderTable([
    { title: 'ATTEMPT', value: ({ attempt }) => attempt, right: true }, { title: 'STARTED', value: ({ startedAt }) => startedAt },
    { title: 'MS', value: ({ startedAt, finishedAt }) => Date.parse(finishedAt) - Date.parse(startedAt), right: true },
    { title: 'OUTCOME', value: ({ kind, code }) => (code === null ? kind : `${kind} (${code})`) }, { title: 'MESSAGE', value: ({ message }) => message },
  ], attempts)}\nRequests and answers of the attempts: --json\n`;
}

export function addPushCommands(program: Command, sessions: Sessions): void {
  const pushes = program.command('pushes').description('one order for one account each: where it stands, and what to do about it');
  addList(pushes, sessions);
  pushes.command('show').description('one push with its attempts').argument('<push>', 'id or order reference')
    .action(async (wanted: string, _options: object, command: Command) => {
      const session = sessions.of(command);
      const detail = await session.request<PushDetail>('pushes.show', { pushId: await findPushId(session, wanted) });
      session.print(detail, () => detailText(detail));
    });
  addPushRetry(pushes, sessions);
  addPushResolve(pushes, sessions);
}
