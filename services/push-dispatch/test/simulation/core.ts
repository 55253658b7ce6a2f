import type { PushChange, PushChanged } from '@pes/contracts';
import { rowEvents } from '../../src/domain/push-change.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import type { World } from './world.ts';

/** Pressero, as far as it hears of pushes: the newest change of each, and which were said to be dead. What the bus forgets before it was read is not heard. */
export interface Core {
  /** Answers false when the sender gets no confirmation. */
  publish(rows: readonly PushRow[]): boolean;
  publishDead(rows: readonly PushRow[]): boolean;
  /** The bus was set back to a copy of this time. */
  forgetSince(copiedAtMs: number): void;
  /** Since when changes may be lost, as the stream's sequence tells (integration-events.ts); undefined when none are. */
  lostSinceMs(): number | undefined;
  /** What was lost is published again. */
  restored(): void;
  newest(pushId: string): { revision: number; state: string } | undefined;
  knowsDead(pushId: string): boolean;
}

interface Unread {
  publishedAtMs: number;
  isLost: boolean;
}

export function createCore(world: World): Core {
  const { bus, faults, random, timeline, watch } = world;
  const newest = new Map<string, { revision: number; state: string }>();
  const dead = new Set<string>();
  const unread = new Set<Unread>();
  let lostSinceMs: number | undefined;

  function send(read: () => void): boolean {
    if (bus.isDown() || faults.chance('publishFails')) return false;
    const message = { publishedAtMs: timeline.nowMs(), isLost: false };
    unread.add(message);
    timeline.after(random.between(1, faults.chance('slowDelivery') ? 20_000 : 5), () => {
      unread.delete(message);
      if (!message.isLost) read();
    });
    return !faults.chance('confirmationLost');
  }

  function take({ pushId, revision, state }: PushChange): void {
    const known = newest.get(pushId!);
    if (known === undefined || revision > known.revision) newest.set(pushId!, { revision, state });
    else if (revision === known.revision && state !== known.state) watch.report(`${pushId!} is published as ${known.state} and as ${state} under revision ${revision}`);
  }

  return {
    publish: (rows) => rows.length === 0 || send(() => {
      for (const { data } of rowEvents(rows)) (data as PushChanged).changes.forEach(take);
    }),
    publishDead: (rows) => rows.length === 0 || send(() => { for (const row of rows) dead.add(row.push_id); }),
    forgetSince(copiedAtMs) {
      for (const message of unread) if (message.publishedAtMs >= copiedAtMs) message.isLost = true;
      lostSinceMs = Math.min(copiedAtMs, lostSinceMs ?? Infinity);
    },
    lostSinceMs: () => lostSinceMs,
    restored: () => { lostSinceMs = undefined; },
    newest: (pushId) => newest.get(pushId),
    knowsDead: (pushId) => dead.has(pushId),
  };
}
