import type { PushWork } from '@pes/contracts';
import type { OutMessage } from '@pes/messaging';
import type { ClaimedPush } from '../../src/domain/claimed-push.ts';
import { prepareAnnouncement } from '../../src/domain/prepare-announcement.ts';
import { prepareWork } from '../../src/domain/prepare-work.ts';
import type { PushRow } from '../../src/domain/push-state.ts';
import { workStream } from './connector-process.ts';
import type { Process, Step } from './process.ts';
import { claimPushes, parkPushes } from './table-claims.ts';
import type { World } from './world.ts';

/** send-loop.ts: the accounts in line, one claim for all of them, then the messages. */
export interface SendLoop {
  wake(accountIds: Iterable<string>): void;
  /** What is only in memory is gone. */
  forget(): void;
}

const perLane = 50;
const errorPauseMs = 500;

/** Publishes rows that a timer changed. Answers false when the bus did not confirm. */
export type PublishNoted = (rows: readonly PushRow[]) => boolean;

function publishSteps(world: World, messages: readonly OutMessage[]): Step[] {
  return messages.map((message): Step => ({
    name: `publish ${message.id}`,
    run: () => world.bus.publish(workStream((message.data as PushWork).provider), message.id, message.data),
  }));
}

/** send-work.ts: one step for each message, so that a crash can come between any two. */
function sendWork(world: World, claimed: readonly ClaimedPush[], publishNoted: PublishNoted): Step[] {
  const { readinessIsNotChecked } = world.rules.mistake;
  const { messages, parkings } = prepareWork(readinessIsNotChecked ? claimed.map((push) => ({ ...push, eligible: true })) : claimed, world.registry, world.manifests);
  const steps = publishSteps(world, messages);
  if (parkings.length === 0) return steps;
  let rows: PushRow[] = [];
  return [
    ...steps,
    { name: 'park pushes', run: () => { rows = world.watch.change('parking', () => parkPushes(world.tables, parkings)); return true; } },
    { name: 'publish the parked', run: () => publishNoted(rows) },
  ];
}

/** send-work.ts, work that is announced again */
export function announceWork(world: World, unanswered: readonly ClaimedPush[], publishNoted: PublishNoted): Step[] {
  if (world.rules.mistake.announcementParks) return sendWork(world, unanswered.map((push) => ({ ...push, check_first: true })), publishNoted);
  return publishSteps(world, prepareAnnouncement(unanswered, world.registry, world.manifests));
}

export function createSendLoop(world: World, process: Process, publishNoted: PublishNoted): SendLoop {
  const line = new Set<string>();
  let isServing = false;

  function checkLanes(claimed: readonly ClaimedPush[]): void {
    const nowMs = world.timeline.nowMs();
    for (const accountId of new Set(claimed.map((push) => push.account_id))) {
      const lane = world.tables.lanes.get(accountId)!;
      const isHeld = world.tables.buckets.get(lane.bucketKey)!.holdUntilMs > nowMs;
      if (lane.operatorPaused || lane.pausedUntilMs > nowMs || isHeld) world.watch.report(`${accountId} was served although its lane is ${isHeld ? 'held' : 'paused'}`);
    }
  }

  function serve(): void {
    const accountIds = [...line];
    line.clear();
    let isClaimed = false;
    const retry = (): void => {
      isServing = false;
      process.later(errorPauseMs, () => wake(accountIds));
    };
    process.inSteps([{
      name: 'claim',
      run() {
        const claimed = world.watch.change('claim', () => claimPushes(world.tables, accountIds, { perLane, leaseMs: 0 }));
        isClaimed = claimed.length > 0;
        checkLanes(claimed);
        isServing = false;
        if (!isClaimed) return true;
        wake(claimed.map((push) => push.account_id));
        const steps = sendWork(world, claimed, publishNoted);
        if (steps.length > 0) process.inSteps(steps, retry);
        return true;
      },
    }], retry);
  }

  function wake(accountIds: Iterable<string>): void {
    for (const accountId of accountIds) line.add(accountId);
    if (line.size === 0 || isServing) return;
    isServing = true;
    process.later(world.random.between(0, 2), serve);
  }

  return {
    wake,
    forget() {
      line.clear();
      isServing = false;
    },
  };
}
