import type { Command } from 'commander';
import { renderTable } from '../output/table.ts';
import type { Sessions } from '../session.ts';
import { parseTime, wholeNumber } from '../time-argument.ts';

interface Entry { id: string; at: string; actor: string; action: string; targetKind: string; targetId: string; note: string | null }
interface AuditOptions { by?: string; action?: string; target?: string; since?: string; until?: string; limit: number; after?: string }

export function addAuditCommand(program: Command, sessions: Sessions): void {
  const time = (text: string): string => parseTime(text, Date.now());
  program.command('audit').description('who did what, the latest first')
    .option('--by <name>', 'one person').option('--action <verb>', 'such as replay.start').option('--target <id>', 'whole id of a dead letter, replay, push or account')
    .option('--since <time>', '30m, 2h, 3d or a time', time).option('--until <time>', 'before', time)
    .option('--limit <n>', 'how many', wholeNumber(1, 500), 50).option('--after <id>', 'the page after this one')
    .action(async ({ by: actor, action, target: targetId, since: from, until: to, limit, after }: AuditOptions, command: Command) => {
      const session = sessions.of(command);
      const params = Object.entries({ actor, action, targetId, from, to, limit, after }).filter(([, value]) => value !== undefined);
      const page = await session.request<{ entries: Entry[]; next: string | null }>('audit.list', Object.fromEntries(params));
      const table = (): string => renderTable([
        { title: 'AT', value: (entry: Entry) => entry.at.slice(0, 19) }, { title: 'BY', value: ({ actor: who }) => who, flexible: true }, { title: 'ACTION', value: (entry) => entry.action },
        { title: 'ON', value: (entry) => `${entry.targetKind} ${entry.targetId}`, flexible: true }, { title: 'NOTE', value: ({ note }) => note ?? '', flexible: true },
      ], page.entries, session.terminal.columns);
      session.print(page, () => (page.entries.length === 0 ? 'Nothing.\n' : table() + (page.next === null ? '' : `Go on with --after ${page.next}\n`)));
    });
}
