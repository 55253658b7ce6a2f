import { setTimeout as delay } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { renderFields, renderTable, type Column } from '../output/table.ts';
import { age, plural, shortId } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';
import { collect, wholeNumber } from '../time-argument.ts';

export interface Replay {
  id: string;
  state: string;
  filter: object;
  asNew: boolean;
  velocityPerSecond: number;
  maxErrorPercent: number;
  note: string | null;
  actor: string;
  pauseReason: string | null;
  createdAt: string;
  finishedAt: string | null;
  counts: { total: number; pending: number; sent: number; succeeded: number; failed: number; skipped: number };
}

interface Reason { state: string; reason: string; count: number }

export function replayText(replay: Replay, reasons: readonly Reason[] = []): string {
  const { total, sent, succeeded, failed, skipped } = replay.counts;
  return renderFields([
    ['replay', replay.id], ['state', replay.state], ['why', replay.pauseReason], ['progress', `${sent} of ${total} sent: ${succeeded} succeeded, ${failed} failed; ${skipped} skipped`],
    ['reasons', reasons.map(({ state, reason, count }) => `${count} ${state}: ${reason}`).join('\n')], ['as new orders', replay.asNew ? 'yes' : null],
    ['velocity', `${replay.velocityPerSecond} a second per account`], ['pauses at', `more than ${replay.maxErrorPercent} percent failures`], ['filter', JSON.stringify(replay.filter)],
    ['started', `${replay.createdAt} by ${replay.actor}`], ['finished', replay.finishedAt], ['note', replay.note],
  ]);
}

const restStates = new Set(['finished', 'cancelled', 'paused']);
const pollMs = 500;

/** Follows a job until it is finished, cancelled or paused. Anything but finished without failures is a finding. */
export async function waitForReplay(session: Session, id: string): Promise<void> {
  let line = '';
  for (;;) {
    const shown = await session.request<{ replay: Replay; reasons: Reason[] }>('replay.show', { id });
    const { state, counts: { sent, total, succeeded, failed, skipped } } = shown.replay;
    const now = `${state}: ${sent} of ${total} sent, ${succeeded} succeeded, ${failed} failed, ${skipped} skipped\n`;
    if (now !== line && !session.json) session.terminal.err(now);
    line = now;
    if (restStates.has(state)) {
      if (state !== 'finished' || failed > 0) session.found();
      return session.print(shown, () => replayText(shown.replay, shown.reasons));
    }
    await delay(pollMs);
  }
}

function columns(nowMs: number): Array<Column<Replay>> {
  return [
    { title: 'AGE', value: ({ createdAt }) => age(createdAt, nowMs), right: true },
    { title: 'STATE', value: ({ state }) => state },
    { title: 'TOTAL', value: ({ counts }) => counts.total, right: true },
    { title: 'SENT', value: ({ counts }) => counts.sent, right: true },
    { title: 'OK', value: ({ counts }) => counts.succeeded, right: true },
    { title: 'FAILED', value: ({ counts }) => counts.failed, right: true },
    { title: 'SKIPPED', value: ({ counts }) => counts.skipped, right: true },
    { title: 'BY', value: ({ actor }) => actor, flexible: true },
    { title: 'ID', value: ({ id }) => shortId(id) },
  ];
}

function addList(replays: Command, sessions: Sessions): void {
  replays.command('list').description('replays, the latest first')
    .addOption(new Option('--state <state>', 'only these; may be repeated').choices(['running', 'settling', 'paused', 'finished', 'cancelled']).argParser(collect))
    .option('--limit <n>', 'how many', wholeNumber(1, 500), 20)
    .option('--after <id>', 'the page after this one')
    .action(async ({ state: states, limit, after }: { state?: string[]; limit: number; after?: string }, command: Command) => {
      const session = sessions.of(command);
      const page = await session.request<{ replays: Replay[]; next: string | null }>('replay.list', { limit, ...(states !== undefined && { states }), ...(after !== undefined && { after }) });
      const more = page.next === null ? '' : `${plural(page.replays.length, 'replay')} shown; go on with --after ${page.next}\n`;
      session.print(page, () => (page.replays.length === 0 ? 'No replays.\n' : renderTable(columns(session.nowMs), page.replays, session.terminal.columns) + more));
    });
}

function addShow(replays: Command, sessions: Sessions): void {
  replays.command('show').description('progress of one replay and why items failed').argument('<id>', 'as the list shows it')
    .option('--wait', 'follow it until it is finished, cancelled or paused')
    .action(async (id: string, { wait }: { wait?: boolean }, command: Command) => {
      const session = sessions.of(command);
      if (wait === true) return waitForReplay(session, id);
      const shown = await session.request<{ replay: Replay; reasons: Reason[] }>('replay.show', { id });
      session.print(shown, () => replayText(shown.replay, shown.reasons));
    });
}

const changes = [
  ['pause', 'sends nothing more until it is resumed'], ['resume', 'goes on where it was'], ['cancel', 'ends it; what was not sent stays dead, what was sent is not called back'],
] as const;

export function addReplayCommands(program: Command, sessions: Sessions): void {
  const replays = program.command('replays').description('jobs that send dead letters again');
  addList(replays, sessions);
  addShow(replays, sessions);
  for (const [verb, description] of changes) {
    replays.command(verb).description(description).argument('<id>', 'as the list shows it').option('--note <text>', 'for the audit log')
      .action(async (id: string, { note }: { note?: string }, command: Command) => {
        const session = sessions.of(command);
        const changed = await session.request<{ replay: Replay }>(`replay.${verb}`, { id, actor: session.actor, ...(note !== undefined && { note }) });
        session.print(changed, () => replayText(changed.replay));
      });
  }
}
