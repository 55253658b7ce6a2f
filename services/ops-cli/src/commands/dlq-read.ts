import { Option, type Command } from 'commander';
import { renderFields, renderTable, type Column } from '../output/table.ts';
import { age, plural, shortId } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';
import { wholeNumber } from '../time-argument.ts';
import { addFilterOptions, filterOf, type FilterOptions } from './letter-filter.ts';

/** A dead letter as the gateway tells it. */
export interface Letter {
  id: string;
  kind: 'push' | 'message';
  status: string;
  statusNote: string | null;
  provider: string | null;
  accountId: string | null;
  pushId: string | null;
  orderNumber: number | null;
  reference: string | null;
  code: string;
  message: string;
  errors: string[];
  consumer: string;
  subject: string;
  attempts: number;
  firstAt: string;
  lastAt: string;
  duplicateRisk: string | null;
}

/** Fits into 80 columns, the two flexible ones shortened. */
export function letterColumns(nowMs: number): Array<Column<Letter>> {
  return [
    { title: 'AGE', value: ({ lastAt }) => age(lastAt, nowMs), right: true },
    { title: 'PROVIDER', value: ({ provider }) => provider },
    { title: 'ORDER', value: ({ orderNumber }) => orderNumber, right: true },
    { title: 'WHAT', value: ({ reference, subject }) => reference ?? subject, flexible: true },
    { title: 'CODE', value: ({ code }) => code, flexible: true },
    { title: 'STATUS', value: ({ status }) => status },
    { title: 'ID', value: ({ id }) => shortId(id) },
  ];
}

interface Page { deadLetters: Letter[]; total: number; next: string | null }

function pageText(session: Session, { deadLetters, total, next }: Page): string {
  if (total === 0) return 'No dead letters.\n';
  const more = next === null ? '' : `${plural(total, 'dead letter')}; go on with --after ${next}\n`;
  return renderTable(letterColumns(session.nowMs), deadLetters, session.terminal.columns) + more;
}

type ListOptions = FilterOptions & { status: string; limit: number; after?: string };

export function addDlqList(dlq: Command, sessions: Sessions): void {
  addFilterOptions(dlq.command('list').description('open dead letters, the latest first'))
    .addOption(new Option('--status <status>', 'which ones').choices(['open', 'replayed', 'resolved', 'discarded', 'all']).default('open'))
    .option('--limit <n>', 'how many', wholeNumber(1, 500), 50)
    .option('--after <id>', 'the page after this one')
    .action(async (options: ListOptions, command: Command) => {
      const session = sessions.of(command);
      const filter = await filterOf(session, options);
      const page = await session.request<Page>('dlq.list', {
        filter: { ...filter, ...(options.status !== 'all' && { status: options.status }) }, limit: options.limit, ...(options.after !== undefined && { after: options.after }),
      });
      session.print(page, () => pageText(session, page));
    });
}

interface Shown {
  deadLetter: Letter & { headers: Record<string, string>; body: string | null; bodyBytes: number | null };
  history: Array<{ at: string; actor: string; action: string; note: string | null }>;
}

const risks: Readonly<Record<string, string>> = {
  none: 'none: the provider takes the same order once', 'looked-up': 'none: the order is looked up first', unknown: 'UNKNOWN: the provider cannot be asked',
};

function letterText({ deadLetter: letter, history }: Shown): string {
  const fields = renderFields([
    ['id', letter.id], ['status', letter.status + (letter.statusNote === null ? '' : ` (${letter.statusNote})`)], ['what', letter.kind], ['reference', letter.reference],
    ['order', letter.orderNumber], ['push', letter.pushId], ['provider', letter.provider], ['account', letter.accountId], ['code', letter.code], ['message', letter.message],
    ['errors', letter.errors.join('\n')], ['origin', letter.consumer], ['subject', letter.subject],
    [letter.kind === 'push' ? 'attempts' : 'deliveries', letter.attempts], ['first', letter.firstAt], ['last', letter.lastAt],
    ['duplicate risk', letter.duplicateRisk === null ? null : (risks[letter.duplicateRisk] ?? letter.duplicateRisk)],
    ['headers', Object.entries(letter.headers).map(([name, value]) => `${name}: ${value}`).join('\n')],
    ['history', history.map(({ at, actor, action, note }) => `${at} ${actor} ${action}${note === null ? '' : `: ${note}`}`).join('\n')],
  ]);
  if (letter.bodyBytes === null) return fields;
  return `${fields}\n${letter.body ?? `(the body of ${letter.bodyBytes} bytes is too large to be shown)`}\n`;
}

export function addDlqShow(dlq: Command, sessions: Sessions): void {
  dlq.command('show').description('one dead letter with its body and history').argument('<id>', 'as the list shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const session = sessions.of(command);
      const shown = await session.request<Shown>('dlq.show', { id });
      session.print(shown, () => letterText(shown));
    });
}
