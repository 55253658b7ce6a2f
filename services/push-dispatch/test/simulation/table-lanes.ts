import type { RateNews } from '../../src/data-access/lanes.sql.ts';
import type { LanePause } from '../../src/domain/lane-pause.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import { change, rowOf, type PushRecord, type Tables } from './tables.ts';

/** lanes.sql.ts, pause. Of several for one account the longest counts. */
export function pauseLanes(tables: Tables, pauses: readonly LanePause[]): void {
  for (const { accountId, untilMs, code, message } of [...pauses].sort((a, b) => b.untilMs - a.untilMs)) {
    const lane = tables.lanes.get(accountId);
    if (lane === undefined || lane.pausedUntilMs >= untilMs) continue;
    Object.assign(lane, { pausedUntilMs: untilMs, pauseCode: code, pauseMessage: message });
  }
}

/** lanes.sql.ts, what the provider says about the rate */
export function adaptBuckets(tables: Tables, news: readonly RateNews[]): void {
  for (const { accountId, remaining, holdUntilMs } of news) {
    const lane = tables.lanes.get(accountId);
    const bucket = lane === undefined ? undefined : tables.buckets.get(lane.bucketKey);
    if (bucket === undefined) continue;
    bucket.tokens = Math.min(bucket.tokens, remaining);
    if (holdUntilMs !== 0) bucket.holdUntilMs = Math.max(bucket.holdUntilMs, holdUntilMs);
  }
}

/** lanes.sql.ts, open */
export function openLanes(tables: Tables, accountIds: readonly string[]): void {
  for (const accountId of accountIds) {
    const lane = tables.lanes.get(accountId);
    if (lane !== undefined && lane.pausedUntilMs > tables.nowMs()) Object.assign(lane, { pausedUntilMs: -Infinity, pauseCode: null, pauseMessage: null });
  }
}

/** apply-commands.sql.ts, operator's pause: the last command of an account counts. */
export function setOperatorPause(tables: Tables, pauses: ReadonlyArray<{ accountId: string; pause: boolean; message: string }>): Array<{ account_id: string; pause: boolean }> {
  const last = new Map(pauses.map((pause) => [pause.accountId, pause]));
  return [...last.values()].flatMap(({ accountId, pause, message }) => {
    const lane = tables.lanes.get(accountId);
    if (lane === undefined) return [];
    Object.assign(lane, {
      operatorPaused: pause, pausedUntilMs: pause ? lane.pausedUntilMs : -Infinity, pauseCode: pause ? 'account_paused' : null, pauseMessage: message,
    });
    return [{ account_id: accountId, pause }];
  });
}

function requeue(tables: Tables, changes: Partial<PushRecord>, isMeant: (push: PushRecord) => boolean): PushRow[] {
  return tables.pushes.filter(isMeant).map((push) => rowOf(change(tables, push, { state: 'queued', code: null, runAtMs: tables.nowMs(), ...changes })));
}

const afterSettings: Partial<PushRecord> = { message: 'Queued again after a change of the settings.', waitingFor: [] };
function waitsForSettings(tables: Tables, { state, code, orderId }: PushRecord): boolean {
  const { eligible } = tables.orders.get(orderId)!;
  if (!tables.rules.mistake.settingsRequeueTooLittle) return state === 'blocked' || (eligible && (state === 'waiting-mapping' || state === 'withdrawn'));
  return eligible && (state === 'waiting-mapping' || state === 'blocked' || (state === 'withdrawn' && (code === 'site_not_live' || code === 'account_paused')));
}

/** requeue-pushes.sql.ts, accounts */
export function requeueAccounts(tables: Tables, accountIds: readonly string[]): PushRow[] {
  return requeue(tables, afterSettings, (push) => accountIds.includes(push.accountId) && waitsForSettings(tables, push));
}

/** requeue-pushes.sql.ts, products and users */
export function requeueEntities(tables: Tables, entities: ReadonlyArray<{ accountId: string; entityId: string }>): PushRow[] {
  return requeue(tables, afterSettings, (push) => push.state === 'waiting-mapping' && tables.orders.get(push.orderId)!.eligible
    && entities.some(({ accountId, entityId }) => accountId === push.accountId && push.waitingFor.includes(entityId)));
}

/** requeue-pushes.sql.ts, blocked */
export function requeueBlocked(tables: Tables, accountIds: readonly string[]): PushRow[] {
  return requeue(tables, { message: 'Queued again: the account was resumed.' }, (push) => accountIds.includes(push.accountId) && push.state === 'blocked');
}
