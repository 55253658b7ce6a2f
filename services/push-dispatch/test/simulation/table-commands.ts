import type { PushCommand } from '@pes/contracts';
import type { PushRow, PushState } from '../../src/domain/push-state.ts';
import { change, findPush, rowOf, type PushRecord, type Tables } from './tables.ts';

const again: readonly PushState[] = ['dead', 'rejected', 'blocked', 'retrying', 'waiting-mapping', 'dismissed', 'needs-person'];
const movable: Readonly<Record<PushCommand['action'], ReadonlySet<PushState>>> = {
  retry: new Set(again),
  resend: new Set(again),
  'resend-as-new': new Set([...again, 'sent']),
  'mark-sent': new Set([...again, 'checking']),
  dismiss: new Set(['dead', 'rejected', 'blocked', 'waiting-mapping', 'needs-person', 'withdrawn']),
};

/** Told of every command that moves a push, after it did. */
export type OnApplied = (push: PushRecord, action: PushCommand['action'], commandId: string) => void;

interface Wanted {
  commandId: string;
  pushId: string;
  action: PushCommand['action'];
  actor: string;
  note: string | undefined;
  providerRef: string | undefined;
}

function messageOf({ action, actor, note }: Wanted): string {
  if (action === 'mark-sent') return `Marked as sent by ${actor}${note === undefined ? '.' : `: ${note}`}`;
  if (action === 'dismiss') return `Dismissed by ${actor}${note === undefined ? '.' : `: ${note}`}`;
  return action === 'resend-as-new' ? `Queued as a new order by ${actor}.` : `Queued again by ${actor}.`;
}

function settle(tables: Tables, push: PushRecord, wanted: Wanted): void {
  const { action, providerRef } = wanted;
  const wasRejected = push.state === 'rejected';
  change(tables, push, {
    checkFirst: wasRejected ? false : push.checkFirst, firstSentAtMs: wasRejected ? null : push.firstSentAtMs,
    state: action === 'mark-sent' ? 'sent' : 'dismissed', code: null, message: messageOf(wanted), runAtMs: null, waitingFor: [],
    providerRef: action === 'mark-sent' ? (providerRef ?? push.providerRef) : push.providerRef,
  });
}

function queueAgain(tables: Tables, push: PushRecord, wanted: Wanted): void {
  const { action } = wanted;
  const asNew = action === 'resend-as-new';
  const afresh = action === 'resend' || asNew || push.state === 'rejected';
  change(tables, push, {
    state: action === 'retry' && push.state === 'needs-person' ? 'checking' : 'queued', code: null, message: messageOf(wanted), runAtMs: tables.nowMs(), failures: 0,
    providerRef: asNew || (action === 'retry' && push.state === 'rejected') ? null : push.providerRef,
    checkFirst: afresh ? false : push.checkFirst, firstSentAtMs: afresh ? null : push.firstSentAtMs,
    generation: push.generation + Number(asNew), reference: asNew ? `${push.reference.replace(/-R[0-9]+$/, '')}-R${push.generation + 1}` : push.reference,
    waitingFor: [],
  });
}

/** Of the commands that may move a push and are new, one a push: that with the smallest key. All new ones count as applied. */
function dueCommands(tables: Tables, wanted: ReadonlyArray<{ push: PushRecord; one: Wanted }>): Map<PushRecord, Wanted> {
  const due = new Map<PushRecord, Wanted>();
  for (const { push, one } of wanted) {
    const key = `${one.commandId}:${one.pushId}`;
    if (!movable[one.action].has(push.state) || (tables.commands.has(key) && !tables.rules.mistake.commandsRepeat)) continue;
    tables.commands.add(key);
    const first = due.get(push);
    if (first === undefined || one.commandId < first.commandId) due.set(push, one);
  }
  return due;
}

/** apply-commands.sql.ts. Answers every push that was named, moved or not. */
export function applyPushCommands(tables: Tables, commands: readonly PushCommand[], onApplied: OnApplied = () => undefined): PushRow[] {
  const wanted = commands.flatMap(({ pushIds, commandId, subscriberId, action, actor, note, providerRef }) => pushIds.flatMap((pushId) => {
    const push = findPush(tables, pushId);
    return push?.subscriberId === subscriberId ? [{ push, one: { commandId, pushId, action, actor, note, providerRef } }] : [];
  }));
  for (const [push, one] of dueCommands(tables, wanted)) {
    if (one.action === 'mark-sent' || one.action === 'dismiss') settle(tables, push, one);
    else queueAgain(tables, push, one);
    onApplied(push, one.action, one.commandId);
  }
  return [...new Set(wanted.map(({ push }) => push))].map(rowOf);
}
