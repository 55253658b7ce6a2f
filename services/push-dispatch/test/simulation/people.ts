import type { PushCommand } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import { ids } from '../order-fixture.ts';
import type { AccountChange } from './dispatch-handlers.ts';
import { accountCommandStream, commandStream } from './dispatch-process.ts';
import type { OnApplied } from './table-commands.ts';
import type { PushRecord } from './tables.ts';
import type { World } from './world.ts';

type Action = PushCommand['action'];

/** Operators: they look at pushes now and then and decide something. Some of it is unwise, none of it may lead to what was not decided. */
export interface People {
  plan(withinMs: number): void;
  /** Resumes every account that does not go on by itself. Answers whether there was one. */
  resumeAll(): boolean;
  commandTookEffect: OnApplied;
  /** How often people decided to send the reference without a look. */
  resends(reference: string): number;
  /** People said that it is sent, or that nothing is to be done. */
  hasSettled(pushId: string): boolean;
}

const asksForPerson = new Set(['dead', 'rejected', 'blocked', 'needs-person', 'dismissed', 'retrying', 'checking', 'waiting-mapping', 'sent']);

export function createPeople(world: World): People {
  const { random, timeline, bus, tables } = world;
  const resends = new Map<string, number>();
  const applied = new Set<string>();
  const settled = new Set<string>();
  let serial = 0;

  function send(stream: string, id: string, body: unknown): void {
    if (!bus.publish(stream, id, body)) timeline.after(1_000, () => send(stream, id, body));
    // Two clicks, or a job that starts over: the same command in another message.
    else if (world.faults.areOn() && random.chance(0.2)) timeline.after(random.between(1, 300_000), () => bus.publish(stream, `${id}-again`, body));
  }

  function choose(push: PushRecord): Action {
    const cannotBeAsked = world.manifests.get(push.provider)!.idempotency === 'none';
    if (push.state === 'needs-person' && cannotBeAsked) return random.pick(['resend', 'resend', 'mark-sent', 'retry', 'dismiss']);
    return random.pick(['retry', 'retry', 'retry', 'retry', 'mark-sent', 'dismiss', 'resend-as-new']);
  }

  /** Whoever has it sent without a look has looked there, and not before the lease of the last attempt ended. */
  const mayStillBeSent = (push: PushRecord): boolean =>
    push.claimedAtMs !== null && timeline.nowMs() < push.claimedAtMs + tables.lanes.get(push.accountId)!.leaseMs + world.manifests.get(push.provider)!.visibilityDelayMs;

  function decideOne(): void {
    const candidates = tables.pushes.filter((push) => asksForPerson.has(push.state));
    if (candidates.length === 0) return;
    const push = random.pick(candidates);
    const action = push.state === 'sent' ? 'resend-as-new' : choose(push);
    if (action === 'resend' && mayStillBeSent(push)) return;
    if (action === 'resend-as-new' && !random.chance(0.3)) return;
    const commandId = `command-${serial += 1}`;
    const command: PushCommand = { commandId, subscriberId: ids.subscriber, action, pushIds: [push.pushId], actor: 'Pat', at: isoTime(timeline.nowMs()) };
    world.trace(() => `a person: ${action} ${push.reference} (${push.state})`);
    send(commandStream, commandId, command);
  }

  function steer(accountId: string, action: AccountChange['action']): void {
    world.trace(() => `a person: ${action} ${accountId}`);
    send(accountCommandStream, `${action}-${serial += 1}`, { accountId, action });
  }

  return {
    plan(withinMs) {
      for (let count = random.between(0, 5); count > 0; count -= 1) timeline.after(random.between(0, withinMs), decideOne);
      if (!random.chance(0.2)) return;
      const accountId = random.pick([...tables.lanes.keys()]);
      timeline.after(random.between(0, withinMs), () => steer(accountId, 'pause'));
      timeline.after(random.between(0, withinMs), () => steer(accountId, 'resume'));
    },
    resumeAll() {
      const stuck = [...tables.lanes.values()].filter((lane) => lane.operatorPaused || lane.pausedUntilMs === Infinity);
      for (const { accountId } of stuck) steer(accountId, 'resume');
      return stuck.length > 0;
    },
    commandTookEffect(push, action, commandId) {
      if (applied.has(commandId)) return;
      applied.add(commandId);
      world.watch.began(push.pushId);
      if (action === 'mark-sent' || action === 'dismiss') settled.add(push.pushId);
      else settled.delete(push.pushId);
      if (action !== 'resend') return;
      resends.set(push.reference, (resends.get(push.reference) ?? 0) + 1);
      world.watch.resent(push);
    },
    resends: (reference) => resends.get(reference) ?? 0,
    hasSettled: (pushId) => settled.has(pushId),
  };
}
