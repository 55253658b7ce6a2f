import { eventTypes, subjects, type PushCommand } from '@pes/contracts';
import { groupBy, isoTime, newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { findLetters, type StoredLetter } from '../data-access/find-letters.sql.ts';
import { moveLetters } from '../data-access/move-letters.sql.ts';
import { addToOutbox, type OutboxMessage } from '../data-access/outbox.sql.ts';
import { refuse } from '../domain/refusal.ts';
import { actor, idOrTail, note } from '../param-schemas.ts';
import { operation } from './operation.ts';

interface DiscardParams { ids: string[]; note: string; actor: string }

/** A dead push that is discarded is dismissed in push-dispatch as well, so that the two agree on what is dead. */
function dismissals(letters: readonly StoredLetter[], { note: reason, actor: who }: DiscardParams, nowMs: number): OutboxMessage[] {
  const pushes = letters.flatMap(({ pushId, subscriberId }) => (pushId === null || subscriberId === null ? [] : [{ pushId, subscriberId }]));
  return [...groupBy(pushes, ({ subscriberId }) => subscriberId)].map(([subscriberId, group]) => {
    const id = newId();
    const command: PushCommand = {
      commandId: `discard:${id}`, subscriberId, action: 'dismiss', pushIds: group.map(({ pushId }) => pushId), note: reason, actor: who, at: isoTime(nowMs),
    };
    return { id, subject: subjects.pushCommand(subscriberId), type: eventTypes.pushCommand, source: 'gateway', data: JSON.stringify(command) };
  });
}

function missingIds(ids: readonly string[], letters: readonly StoredLetter[]): string[] {
  return ids.filter((id) => !letters.some((letter) => letter.id === id || letter.id.endsWith(id)));
}

/** Discards those that are open, and says which are not. Nothing is discarded when an id is unknown or fits several. */
export const discardDlq = operation(
  checkParams<DiscardParams>({ ids: { type: 'array', items: idOrTail, minItems: 1, maxItems: 500, uniqueItems: true }, note, actor }, ['ids', 'note', 'actor']),
  async (gateway, request, scope) => {
    const letters = await findLetters(gateway.db, scope, request.ids);
    const missing = missingIds(request.ids, letters);
    if (missing.length > 0) return refuse('not_found', `there is no dead letter ${missing.join(', ')}`);
    if (letters.length > request.ids.length) return refuse('ambiguous', 'a short id fits several dead letters: give whole ids');
    const discarded = await inTransaction(gateway.db, async (client) => {
      const moved = new Set(await moveLetters(client, letters.map(({ id }) => id), 'discarded', request.note));
      const affected = letters.filter(({ id }) => moved.has(id));
      await addToOutbox(client, dismissals(affected, request, gateway.clock.now()));
      await writeAudit(client, affected.map(({ id, subscriberId }) => ({ subscriberId, actor: request.actor, action: 'dlq.discard', targetKind: 'dead-letter', targetId: id, note: request.note })));
      return affected;
    });
    gateway.wakeOutbox();
    const done = new Set(discarded.map(({ id }) => id));
    return ok({ discarded: [...done], notOpen: letters.filter(({ id }) => !done.has(id)).map(({ id, status }) => ({ id, status })) });
  },
);
