import { leaseExpired } from '../../src/domain/transition.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import { circumstancesIn } from './dispatch-handlers.ts';
import type { Dispatching } from './dispatch-process.ts';
import { announceWork } from './dispatch-sending.ts';
import type { Step } from './process.ts';
import { dueAccounts, tokensOf, unansweredWork, unpublishedChanges } from './table-claims.ts';
import { applyLeaseExpiry, expiredLeases } from './table-outcomes.ts';
import type { LaneRecord, Tables } from './tables.ts';

/**
 * sweep.ts. The real timers tick all the time; here the next tick is planned for when it can find something, a little later by chance.
 */
export interface Sweep {
  /** After a start: what the process claimed before it died is announced at once. */
  start(): void;
  /** Plans the next look. */
  look(): void;
}

const tickMs = 250;
const announceAfterMs = 15_000;
const announceAtStartMs = 1_000;
const forgottenAfterMs = 5_000;

/** From when on the lane can serve: the timers would look again and again until then, and find nothing. */
function servableMs(tables: Tables, { accountId, bucketKey, operatorPaused, pausedUntilMs, maxInFlight }: LaneRecord, nowMs: number): number {
  if (operatorPaused) return Infinity;
  const sending = tables.pushes.reduce((count, push) => count + Number(push.accountId === accountId && push.state === 'sending'), 0);
  // A place becomes free by an outcome or by the end of a lease, and both wake the lane.
  if (sending >= maxInFlight) return Infinity;
  const { refillPerSecond, holdUntilMs } = tables.buckets.get(bucketKey)!;
  const missing = Math.max(0, 1 - tokensOf(tables, bucketKey));
  return Math.max(pausedUntilMs, holdUntilMs, nowMs + Math.ceil((missing / refillPerSecond) * 1000));
}

/** The next time at which a timer finds something; Infinity when nothing waits. */
function nextTimeMs(tables: Tables, nowMs: number): number {
  let nextMs = Infinity;
  for (const { state, runAtMs, leaseUntilMs, claimedAtMs, announcedAgain, accountId, unpublished, updatedAtMs } of tables.pushes) {
    if (unpublished) nextMs = Math.min(nextMs, updatedAtMs + forgottenAfterMs + 1);
    if (state === 'sending') {
      nextMs = Math.min(nextMs, leaseUntilMs! + 1);
      if (!announcedAgain && claimedAtMs! + announceAfterMs >= nowMs) nextMs = Math.min(nextMs, claimedAtMs! + announceAfterMs + 1);
    } else if (runAtMs !== null && (state === 'queued' || state === 'retrying' || state === 'checking')) {
      const lane = tables.lanes.get(accountId);
      if (lane !== undefined) nextMs = Math.min(nextMs, Math.max(runAtMs, servableMs(tables, lane, nowMs)));
    }
  }
  return nextMs;
}

export function createSweep(dispatching: Dispatching): Sweep {
  const { world, process, loop, publishNoted } = dispatching;
  const { tables, watch, random, timeline, rules } = world;
  let plannedForMs: number | undefined;

  function expireLeases(): void {
    const steps: Step[] = [];
    let moves: Parameters<typeof applyLeaseExpiry>[1] = [];
    let rows: PushRow[] = [];
    steps.push({
      name: 'find leases that ended',
      run() {
        moves = expiredLeases(tables).map((row) => ({ pushId: row.push_id, attempt: row.attempt, transition: leaseExpired(circumstancesIn(world, row)) }));
        return true;
      },
    }, {
      name: 'apply lease ends',
      run() {
        rows = watch.change('lease end', () => applyLeaseExpiry(tables, moves));
        for (const row of rows) watch.failed(row.push_id);
        loop.wake(rows.map((row) => row.account_id));
        return true;
      },
    }, { name: 'publish the ended', run: () => publishNoted(rows) });
    process.inSteps(steps, look);
  }

  function announce(olderThanMs: number): void {
    process.inSteps([{
      name: 'find unanswered work',
      run() {
        const unanswered = unansweredWork(tables, olderThanMs);
        if (unanswered.length === 0) return true;
        world.trace(() => `${process.name} announces ${unanswered.map((push) => push.reference).join(', ')} again`);
        const steps = announceWork(world, unanswered, publishNoted);
        if (steps.length > 0) process.inSteps(steps, () => undefined);
        return true;
      },
    }], () => undefined);
  }

  function publishForgotten(): void {
    const rows = unpublishedChanges(tables, forgottenAfterMs);
    if (rows.length === 0) return;
    const again = (): void => process.later(forgottenAfterMs, publishForgotten);
    process.inSteps([{ name: 'publish what was forgotten', run: () => publishNoted(rows) }], again);
  }

  function tick(): void {
    plannedForMs = undefined;
    publishForgotten();
    loop.wake(dueAccounts(tables));
    if (!rules.mistake.leasesNeverEnd && expiredLeases(tables).length > 0) expireLeases();
    if (tables.pushes.some((push) => push.state === 'sending' && !push.announcedAgain && push.claimedAtMs! < timeline.nowMs() - announceAfterMs)) announce(announceAfterMs);
    process.later(tickMs, look);
  }

  function look(): void {
    const nowMs = timeline.nowMs();
    const nextMs = Math.max(nowMs, nextTimeMs(tables, nowMs));
    if (nextMs === Infinity || (plannedForMs !== undefined && plannedForMs <= nextMs + tickMs)) return;
    const atMs = nextMs + random.between(0, tickMs);
    plannedForMs = atMs;
    process.later(atMs - nowMs, () => { if (plannedForMs === atMs) tick(); });
  }

  return {
    look,
    start() {
      plannedForMs = undefined;
      process.later(random.between(0, 50), () => announce(announceAtStartMs));
      process.later(random.between(0, tickMs), tick);
    },
  };
}
