import type { Command } from 'commander';
import { usageFailure } from '../failure.ts';
import { renderFields, renderTable } from '../output/table.ts';
import { plural, shortId } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';
import { wholeNumber } from '../time-argument.ts';
import { letterColumns, type Letter } from './dlq-read.ts';
import { addFilterOptions, filterOf, type FilterOptions } from './letter-filter.ts';
import { replayText, waitForReplay, type Replay } from './replays.ts';

interface DryRun {
  total: number;
  willReplay: number;
  skippedForRisk: number;
  byProvider: Array<{ provider: string | null; count: number }>;
  byAccount: Array<{ accountId: string | null; count: number }>;
  byCode: Array<{ code: string; count: number }>;
  duplicateRisk: Record<string, number>;
  sample: Letter[];
}

type ReplayOptions = FilterOptions & {
  velocity: number; maxErrors: number; asNew?: boolean; includeUnknownRisk?: boolean; note?: string; all?: boolean; dryRun?: boolean; yes?: boolean; wait?: boolean;
};

function dryRunText(session: Session, run: DryRun): string {
  const counts = <T extends { count: number }>(parts: readonly T[], name: (part: T) => string | null): string =>
    parts.slice(0, 10).map((part) => `${name(part) ?? '-'} ${part.count}`).join(', ');
  const { none = 0, 'looked-up': lookedUp = 0, unknown = 0 } = run.duplicateRisk;
  return `${renderFields([
    ['would replay', `${run.willReplay} of ${plural(run.total, 'open dead letter')}`], ['providers', counts(run.byProvider, ({ provider }) => provider)],
    ['accounts', counts(run.byAccount, ({ accountId }) => (accountId === null ? null : shortId(accountId)))], ['codes', counts(run.byCode, ({ code }) => code)],
    ['duplicate risk', `${none} same key, ${lookedUp} looked up first, ${unknown} unknown`],
    ['left out', run.skippedForRisk === 0 ? null : `${run.skippedForRisk}, since the provider cannot be asked; --include-unknown-risk takes them in`],
  ])}\n${renderTable(letterColumns(session.nowMs), run.sample, session.terminal.columns)}${run.total > run.sample.length ? `… and ${run.total - run.sample.length} more\n` : ''}`;
}

function question({ willReplay, duplicateRisk }: DryRun, options: ReplayOptions): string {
  const speed = `at ${options.velocity} a second per account`;
  if (options.asNew === true) return `Make ${plural(willReplay, 'NEW order')} at the providers, also where the first one arrived, ${speed}?`;
  const { unknown = 0 } = duplicateRisk;
  const risk = options.includeUnknownRisk === true && unknown > 0 ? ` (${unknown} may become a SECOND order, since the provider cannot be asked)` : '';
  return `Replay ${plural(willReplay, 'dead letter')}${risk} ${speed}?`;
}

async function replay(session: Session, ids: string[], options: ReplayOptions): Promise<void> {
  const filter = { ...await filterOf(session, options), ...(ids.length > 0 && { ids }) };
  if (Object.keys(filter).length === 0 && options.all !== true) throw usageFailure('which ones? Give ids or a filter such as --provider or --since, or --all for every open dead letter.');
  const includeUnknownRisk = options.includeUnknownRisk === true;
  const run = await session.request<DryRun>('dlq.dry-run', { filter, includeUnknownRisk });
  if (options.dryRun === true || run.willReplay === 0) return session.print(run, () => (run.total === 0 ? 'No open dead letter fits.\n' : dryRunText(session, run)));
  // On stderr: what --json prints is the replay.
  if (options.yes !== true) session.terminal.err(`${dryRunText(session, run)}\n`);
  await session.confirm(question(run, options), options.yes);
  const started = await session.request<{ replay: Replay }>('replay.start', {
    filter, velocityPerSecond: options.velocity, maxErrorPercent: options.maxErrors, asNew: options.asNew === true, includeUnknownRisk, confirm: true,
    ...(options.note !== undefined && { note: options.note }), actor: session.actor,
  });
  if (options.wait === true) return waitForReplay(session, started.replay.id);
  session.print(started, () => `${replayText(started.replay)}\nFollow it with: pes replays show ${shortId(started.replay.id)} --wait\n`);
}

export function addDlqReplay(dlq: Command, sessions: Sessions): void {
  addFilterOptions(dlq.command('replay').description('send dead letters again: shows what would happen, asks, starts a job').argument('[ids...]', 'as the list shows them'))
    .option('--all', 'every open dead letter')
    .option('--velocity <n>', 'per second and account', wholeNumber(1, 500), 20)
    .option('--max-errors <percent>', 'pause when more of the last 50 outcomes are failures', wholeNumber(0, 100), 50)
    .option('--include-unknown-risk', 'also where the provider cannot be asked whether it has the order')
    .option('--as-new', 'as new orders under new references, not the same orders again')
    .option('--note <text>', 'for the audit log')
    .option('--dry-run', 'only show what would happen')
    .option('--wait', 'follow the job to its end')
    .option('--yes', 'do not ask')
    .action((ids: string[], options: ReplayOptions, command: Command) => replay(sessions.of(command), ids, options));
}
