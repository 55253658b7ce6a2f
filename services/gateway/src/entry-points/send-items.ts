import { createHash } from 'node:crypto';
import { eventTypes, subjects, type PushCommand } from '@pes/contracts';
import { chunk, fail, groupBy, isoTime, ok, type Result } from '@pes/kernel';
import { publish, publishAll, type OutMessage } from '@pes/messaging';
import { markFailed, markSent, messageBody, type OutgoingItem } from '../data-access/replay-items.sql.ts';
import type { LeasedReplay } from '../data-access/replay-lease.sql.ts';
import { checkMessage } from '../domain/check-message.ts';
import type { Gateway } from '../gateway.ts';
import { decodeBody } from '../message-body.ts';
import { isOvertaken } from '../overtaken.ts';

const pushesPerCommand = 500;

/**
 * Every command of a job has the job's id, and push-dispatch applies a command once per push: sending an item again, after a crash or when
 * its command got lost, moves nothing twice.
 */
function commandsFor(job: LeasedReplay, items: readonly OutgoingItem[], { nowMs, repeat }: { nowMs: number; repeat: boolean }): OutMessage[] {
  const pushes = items.flatMap(({ push_id, subscriber_id }) => (push_id === null || subscriber_id === null ? [] : [{ pushId: push_id, subscriberId: subscriber_id }]));
  return [...groupBy(pushes, ({ subscriberId }) => subscriberId)].flatMap(([subscriberId, group]) => chunk(group, pushesPerCommand).map((part) => {
    const pushIds = part.map(({ pushId }) => pushId);
    const data: PushCommand = {
      commandId: `replay:${job.job_id}`, subscriberId, action: job.as_new ? 'resend-as-new' : 'retry', pushIds, actor: job.actor, at: isoTime(nowMs),
      ...(job.note !== null && { note: job.note }),
    };
    const digest = createHash('sha1').update(pushIds.join()).digest('hex');
    // The broker drops what it has got already, except what push-dispatch should have answered long ago.
    const id = `replay:${job.job_id}:${digest}${repeat ? `:${nowMs}` : ''}`;
    return { subject: subjects.pushCommand(subscriberId), type: eventTypes.pushCommand, id, source: 'gateway', data };
  }));
}

async function messageFor(gateway: Gateway, letterId: string): Promise<Result<OutMessage, string>> {
  const letter = await messageBody(gateway.db, letterId);
  if (letter === undefined) return fail('The message is not kept any more.');
  const checked = checkMessage(letter.subject, decodeBody(letter.body, letter.encoding).toString('utf8'));
  if (!checked.ok) return fail('It would still not be read: edit it.');
  if (await isOvertaken(gateway, { ...letter, publishedAt: letter.firstAt })) return fail('A newer message took its place: discard it.');
  return ok({
    subject: letter.subject, type: letter.headers['ce-type'] ?? checked.value.type, id: `republish:${letterId}`, source: letter.headers['ce-source'] ?? 'gateway', data: checked.value.json,
  });
}

/** Publishes commands for pushes and publishes messages again, then notes what is out. Throws when the broker or the database fails; the items then stay `sending`. */
export async function sendItems(gateway: Gateway, job: LeasedReplay, items: readonly OutgoingItem[], repeat = false): Promise<void> {
  const { bus, db, clock, metrics } = gateway;
  const pushes = items.filter(({ kind }) => kind === 'push');
  await publishAll(bus, commandsFor(job, pushes, { nowMs: clock.now(), repeat }));
  await markSent(db, job.job_id, pushes.map(({ letter_id }) => letter_id), 'sent');
  for (const { letter_id: letterId } of items.filter(({ kind }) => kind === 'message')) {
    const message = await messageFor(gateway, letterId);
    if (message.ok) {
      await publish(bus, message.value);
      await markSent(db, job.job_id, [letterId], 'succeeded');
    } else {
      await markFailed(db, job.job_id, letterId, message.error);
    }
    metrics.replayed.inc({ result: message.ok ? 'succeeded' : 'failed' });
  }
}
