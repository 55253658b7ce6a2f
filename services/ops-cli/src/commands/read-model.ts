import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { renderFields } from '../output/table.ts';
import type { Session, Sessions } from '../session.ts';

interface Rebuild {
  rebuildId: string;
  actor: string;
  state: string;
  decisions: number;
  pushes: number;
  startedAt: string;
  finishedAt: string | null;
}

const pollMs = 500;

function rebuildText(rebuild: Rebuild | null): string {
  if (rebuild === null) return 'The read model was never rebuilt.\n';
  const { rebuildId, state, decisions, pushes, startedAt, finishedAt, actor } = rebuild;
  return renderFields([['rebuild', rebuildId], ['state', state], ['read', `${decisions} decisions, ${pushes} pushes`], ['started', `${startedAt} by ${actor}`], ['finished', finishedAt]]);
}

async function waitForRebuild(session: Session): Promise<Rebuild | null> {
  let line = '';
  for (;;) {
    const { rebuild } = await session.request<{ rebuild: Rebuild | null }>('read-model.show', {});
    if (rebuild === null || rebuild.finishedAt !== null) return rebuild;
    const now = `${rebuild.state}: ${rebuild.decisions} decisions, ${rebuild.pushes} pushes\n`;
    if (now !== line && !session.json) session.terminal.err(now);
    line = now;
    await delay(pollMs);
  }
}

export function addReadModelCommands(program: Command, sessions: Sessions): void {
  const readModel = program.command('read-model').description('what the API shows of orders and pushes, made from events');
  readModel.command('rebuild').description('throw it away and make it again; lists are short until it is done')
    .option('--wait', 'follow it until it is done').option('--yes', 'do not ask')
    .action(async ({ wait, yes }: { wait?: boolean; yes?: boolean }, command: Command) => {
      const session = sessions.of(command);
      await session.confirm('Order lists are short until the rebuild is done. Rebuild the read model?', yes);
      const { rebuild } = await session.request<{ rebuild: Rebuild }>('read-model.rebuild', { actor: session.actor });
      const shown = wait === true ? await waitForRebuild(session) : rebuild;
      session.print({ rebuild: shown }, () => rebuildText(shown));
    });
  readModel.command('show').description('progress of the last rebuild').action(async (_options: object, command: Command) => {
    const session = sessions.of(command);
    const shown = await session.request<{ rebuild: Rebuild | null }>('read-model.show', {});
    session.print(shown, () => rebuildText(shown.rebuild));
  });
}
