import { groupBy } from '@pes/kernel';
import type { ClaimedPush, Parking } from '../../src/domain/claimed-push.ts';
import type { PushRow, PushState } from '../../src/domain/push-state.ts';
import { change, claimedRow, findPush, rowOf, type LaneRecord, type PushRecord, type Tables } from './tables.ts';

const claimable = new Set<PushState>(['queued', 'retrying', 'checking']);
const byKey = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function isOpen(tables: Tables, lane: LaneRecord): boolean {
  if (tables.rules.mistake.claimIgnoresPause) return true;
  return lane.pausedUntilMs <= tables.nowMs() && !lane.operatorPaused && tables.accounts.get(lane.accountId)?.state === 'active';
}

export function tokensOf(tables: Tables, bucketKey: string): number {
  const bucket = tables.buckets.get(bucketKey)!;
  return Math.min(bucket.capacity, bucket.tokens + (Math.max(0, tables.nowMs() - bucket.refilledAtMs) / 1000) * bucket.refillPerSecond);
}

function inFlight(tables: Tables, accountId: string): number {
  return tables.pushes.reduce((count, push) => count + Number(push.accountId === accountId && push.state === 'sending'), 0);
}

function mayClaim({ nowMs, rules }: Tables, { state, runAtMs }: PushRecord): boolean {
  if (rules.mistake.claimTakesHeld && state === 'sending') return true;
  return claimable.has(state) && runAtMs !== null && runAtMs <= nowMs();
}

function duePushes(tables: Tables, accountId: string): PushRecord[] {
  return tables.pushes
    .filter((push) => push.accountId === accountId && mayClaim(tables, push))
    .sort((a, b) => a.runAtMs! - b.runAtMs! || byKey(a.pushId, b.pushId));
}

interface Options {
  perLane: number;
  /** 0 takes the lane's own. */
  leaseMs: number;
}

function claim(tables: Tables, push: PushRecord, { lane, workId, leaseMs }: { lane: LaneRecord; workId: string; leaseMs: number }): void {
  const nowMs = tables.nowMs();
  change(tables, push, {
    checkFirst: push.state === 'checking' || push.checkFirst, state: 'sending', code: null, message: 'Being sent.', attempt: push.attempt + 1, workId,
    announcedAgain: false, claimedAtMs: nowMs, leaseUntilMs: nowMs + (leaseMs > 0 ? leaseMs : lane.leaseMs), firstSentAtMs: push.firstSentAtMs ?? nowMs, runAtMs: null,
  });
}

/** claim-pushes.sql.ts */
export function claimPushes(tables: Tables, accountIds: readonly string[], { perLane, leaseMs }: Options): ClaimedPush[] {
  const nowMs = tables.nowMs();
  const open = [...new Set(accountIds)].flatMap((accountId) => tables.lanes.get(accountId) ?? []).filter((lane) => isOpen(tables, lane));
  const ready = open.filter((lane) => tables.buckets.get(lane.bucketKey)!.holdUntilMs <= nowMs || tables.rules.mistake.claimIgnoresPause);
  const claimed: PushRecord[] = [];
  for (const [bucketKey, lanes] of groupBy(ready, (lane) => lane.bucketKey)) {
    const tokens = tokensOf(tables, bucketKey);
    let wanted = 0;
    let used = 0;
    for (const lane of lanes.sort((a, b) => a.servedAtMs - b.servedAtMs || byKey(a.accountId, b.accountId))) {
      const places = tables.rules.mistake.claimIgnoresPlaces ? Infinity : lane.maxInFlight - inFlight(tables, lane.accountId);
      const want = Math.max(0, Math.min(perLane, lane.ordersPerMessage, places));
      const room = Math.max(0, Math.min(want, Math.floor(tokens) - wanted));
      wanted += want;
      const picked = duePushes(tables, lane.accountId).slice(0, room);
      if (picked.length === 0) continue;
      const workId = tables.newId();
      for (const push of picked) claim(tables, push, { lane, workId, leaseMs });
      lane.servedAtMs = nowMs;
      used += picked.length;
      claimed.push(...picked);
    }
    if (used > 0) Object.assign(tables.buckets.get(bucketKey)!, { tokens: tokens - used, refilledAtMs: nowMs });
  }
  return claimed.map((push) => claimedRow(tables, push));
}

/** park-pushes.sql.ts */
export function parkPushes(tables: Tables, parkings: readonly Parking[]): PushRow[] {
  return parkings.flatMap(({ pushId, attempt, state, code, message, waitingFor }) => {
    const push = findPush(tables, pushId);
    if (push === undefined || push.attempt !== attempt || push.state !== 'sending') return [];
    return [rowOf(change(tables, push, {
      state, code, message, waitingFor, firstSentAtMs: push.attempt === 1 ? null : push.firstSentAtMs, leaseUntilMs: null, workId: null,
      unpublished: !tables.rules.mistake.timersForget,
      runAtMs: state === 'queued' ? tables.nowMs() + 5_000 : null,
    }))];
  });
}

/** unanswered-work.sql.ts */
export function unansweredWork(tables: Tables, olderThanMs: number): ClaimedPush[] {
  const nowMs = tables.nowMs();
  const stale = tables.pushes.filter((push) => push.state === 'sending' && !push.announcedAgain && push.claimedAtMs! < nowMs - olderThanMs
    && push.claimedAtMs! > nowMs - 100_000 && push.leaseUntilMs! > nowMs + 5_000);
  for (const push of stale) push.announcedAgain = true;
  return stale.map((push) => claimedRow(tables, push)).sort((a, b) => byKey(a.work_id, b.work_id) || byKey(a.push_id, b.push_id));
}

/** find-accounts.sql.ts */
export function dueAccounts(tables: Tables): string[] {
  const nowMs = tables.nowMs();
  return [...new Set(tables.pushes.map((push) => push.accountId))].filter((accountId) => {
    const lane = tables.lanes.get(accountId);
    if (lane === undefined || lane.pausedUntilMs > nowMs || lane.operatorPaused || tables.buckets.get(lane.bucketKey)!.holdUntilMs > nowMs) return false;
    return duePushes(tables, accountId).length > 0;
  });
}

/** Changes by timers that were not confirmed as published. */
export function unpublishedChanges(tables: Tables, olderThanMs: number): PushRow[] {
  return tables.pushes.filter((push) => push.unpublished && push.updatedAtMs < tables.nowMs() - olderThanMs).map(rowOf);
}

export function notePublished(tables: Tables, rows: readonly PushRow[]): void {
  for (const row of rows) {
    const push = findPush(tables, row.push_id);
    if (push?.revision === row.revision) push.unpublished = false;
  }
}

/** stream-marks.sql.ts */
export function changedSince(tables: Tables, sinceMs: number): PushRow[] {
  return tables.pushes.filter((push) => push.updatedAtMs >= sinceMs).map(rowOf);
}
