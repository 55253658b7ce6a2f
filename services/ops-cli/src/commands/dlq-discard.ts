import type { Command } from 'commander';
import { operationFailure } from '../failure.ts';
import { plural, shortId } from '../output/text.ts';
import type { Sessions } from '../session.ts';

interface Discarded { discarded: string[]; notOpen: Array<{ id: string; status: string }> }

export function addDlqDiscard(dlq: Command, sessions: Sessions): void {
  dlq.command('discard').description('nothing is to be done: takes dead letters off the list, and dismisses dead pushes').argument('<ids...>', 'as the list shows them')
    .requiredOption('--note <text>', 'why, for whoever asks later')
    .option('--yes', 'do not ask')
    .action(async (ids: string[], options: { note: string; yes?: boolean }, command: Command) => {
      const session = sessions.of(command);
      await session.confirm(`Discard ${plural(ids.length, 'dead letter')}?`, options.yes);
      const done = await session.request<Discarded>('dlq.discard', { ids, note: options.note, actor: session.actor });
      session.print(done, () => `Discarded ${plural(done.discarded.length, 'dead letter')}.\n`);
      if (done.notOpen.length > 0) {
        throw operationFailure(`not open, so left alone: ${done.notOpen.map(({ id, status }) => `${shortId(id)} (${status})`).join(', ')}`, 'conflict');
      }
    });
}
