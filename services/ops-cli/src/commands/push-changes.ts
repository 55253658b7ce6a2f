import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { operationFailure, usageFailure } from '../failure.ts';
import { findPushId, type PushDetail } from '../find-push.ts';
import { plural } from '../output/text.ts';
import type { Session, Sessions } from '../session.ts';

interface Effect { pushId: string; reference: string; state: string; message: string; applied: boolean }

const effectPatienceMs = 5_000;
const pollMs = 100;

/** A command is carried out by push-dispatch a moment later, or not at all when the push has moved on: says which. */
async function effectOf(session: Session, pushId: string, commandId: string): Promise<Effect> {
  const deadlineMs = Date.now() + effectPatienceMs;
  for (;;) {
    const { push: { reference, state, message }, commands } = await session.request<PushDetail>('pushes.show', { pushId });
    const applied = commands.some((command) => command.commandId === commandId);
    if (applied || Date.now() >= deadlineMs) return { pushId, reference, state, message, applied };
    await delay(pollMs);
  }
}

async function report(session: Session, { commandId, pushIds }: { commandId: string; pushIds: string[] }): Promise<void> {
  const pushes = await Promise.all(pushIds.map((pushId) => effectOf(session, pushId, commandId)));
  session.print({ commandId, pushes }, () => pushes.filter(({ applied }) => applied).map(({ reference, state, message }) => `${reference}: ${state}. ${message}\n`).join(''));
  const untouched = pushes.filter(({ applied }) => !applied);
  if (untouched.length > 0) {
    throw operationFailure(`without effect, since a push in this state is left alone: ${untouched.map(({ reference, state }) => `${reference} (${state})`).join(', ')}`, 'conflict');
  }
}

interface RetryOptions { resend?: boolean; asNew?: boolean; note?: string; yes?: boolean }

function modeOf({ resend, asNew }: RetryOptions): 'retry' | 'resend' | 'resend-as-new' {
  if (resend === true && asNew === true) throw usageFailure('--resend and --as-new exclude one another: one sends the same order, the other a new one.');
  return asNew === true ? 'resend-as-new' : resend === true ? 'resend' : 'retry';
}

async function retry(session: Session, wanted: string[], options: RetryOptions): Promise<void> {
  const mode = modeOf(options);
  const pushIds: string[] = [];
  for (const one of wanted) pushIds.push(await findPushId(session, one));
  const count = plural(pushIds.length, 'push', 'pushes');
  if (mode === 'resend') await session.confirm(`Send ${count} again without looking whether the provider has the order?`, options.yes);
  if (mode === 'resend-as-new') await session.confirm(`Send ${count} as new orders under new references?`, options.yes);
  await report(session, await session.request('pushes.retry', {
    pushIds, mode, confirm: mode !== 'retry', actor: session.actor, ...(options.note !== undefined && { note: options.note }),
  }));
}

export function addPushRetry(pushes: Command, sessions: Sessions): void {
  pushes.command('retry').description('send again under the same reference; after an unclear outcome the order is looked up first').argument('<pushes...>', 'ids or order references')
    .option('--resend', 'without a lookup, for a provider that cannot be asked')
    .option('--as-new', 'as a new order under a new reference')
    .option('--note <text>', 'for the audit log')
    .option('--yes', 'do not ask')
    .action((wanted: string[], options: RetryOptions, command: Command) => retry(sessions.of(command), wanted, options));
}

interface ResolveOptions { sent?: boolean; dismiss?: boolean; providerRef?: string; note?: string; yes?: boolean }

async function resolve(session: Session, wanted: string, options: ResolveOptions): Promise<void> {
  if ((options.sent === true) === (options.dismiss === true)) throw usageFailure('how? Give --sent when it is at the provider, or --dismiss when nothing is to be done.');
  if (options.dismiss === true && options.providerRef !== undefined) throw usageFailure('--provider-ref goes with --sent, not with --dismiss.');
  const pushId = await findPushId(session, wanted);
  await session.confirm(options.sent === true ? `Mark ${wanted} as sent, without sending it?` : `Dismiss ${wanted}, so that it is not sent?`, options.yes);
  await report(session, await session.request('pushes.resolve', {
    pushId, as: options.sent === true ? 'mark-sent' : 'dismiss', actor: session.actor,
    ...(options.providerRef !== undefined && { providerRef: options.providerRef }), ...(options.note !== undefined && { note: options.note }),
  }));
}

export function addPushResolve(pushes: Command, sessions: Sessions): void {
  pushes.command('resolve').description('a person has dealt with it').argument('<push>', 'id or order reference')
    .option('--sent', 'it is at the provider')
    .option('--provider-ref <id>', 'with --sent: its id there')
    .option('--dismiss', 'nothing is to be done')
    .option('--note <text>', 'for the audit log')
    .option('--yes', 'do not ask')
    .action((wanted: string, options: ResolveOptions, command: Command) => resolve(sessions.of(command), wanted, options));
}
