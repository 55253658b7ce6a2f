import { newId, ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { createTwoFilesPatch } from 'diff';
import { checkParams } from '../check-params.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import type { StoredLetter } from '../data-access/find-letters.sql.ts';
import { moveLetters } from '../data-access/move-letters.sql.ts';
import { addToOutbox } from '../data-access/outbox.sql.ts';
import { checkMessage, type ReadableMessage } from '../domain/check-message.ts';
import { refuse, type Answer } from '../domain/refusal.ts';
import { isOvertaken } from '../overtaken.ts';
import type { Gateway } from '../gateway.ts';
import { decodeBody, prettyText } from '../message-body.ts';
import { actor, idOrTail, note } from '../param-schemas.ts';
import { findLetter } from './find-letter.ts';
import { maxAnswerBytes, operation } from './operation.ts';

interface RepublishParams { id: string; body?: string; preview?: boolean; note?: string; actor?: string }

const maxAuditedDiff = 100_000;

/** A line diff of the indented texts; empty when nothing changed. */
function lineDiff(before: string, after: string): string {
  const [from, to] = [prettyText(before), prettyText(after)];
  return from === to ? '' : createTwoFilesPatch('message', 'edited', `${from}\n`, `${to}\n`, undefined, undefined, { context: 3 });
}

async function obstacle(gateway: Gateway, letter: StoredLetter, text: string): Promise<Answer<never> | undefined> {
  if (letter.kind === 'push') return refuse('conflict', `${letter.id} is a push: start a replay for it, only messages are published again`);
  if (letter.status !== 'open') return refuse('conflict', `${letter.id} is ${letter.status} already; only open dead letters are published again`);
  const maxBytes = maxAnswerBytes(gateway);
  if (Buffer.byteLength(text) > maxBytes) return refuse('invalid', `body is larger than the ${maxBytes} bytes that the broker takes`);
  if (await isOvertaken(gateway, { ...letter, publishedAt: letter.firstAt })) {
    return refuse('conflict', `${letter.subject} has got a newer message since, which this one would replace: discard it`);
  }
  return undefined;
}

/** One transaction for decision, message and audit entry; the relay publishes it. */
async function commit(gateway: Gateway, letter: StoredLetter, request: RepublishParams & { actor: string }, { message, diff }: { message: ReadableMessage; diff: string }):
Promise<Answer<object>> {
  const eventId = newId();
  const moved = await inTransaction(gateway.db, async (client) => {
    if ((await moveLetters(client, [letter.id], 'replayed', `Published again by ${request.actor}.`)).length === 0) return false;
    await addToOutbox(client, [{
      id: eventId, subject: letter.subject, type: letter.headers['ce-type'] ?? message.type, source: letter.headers['ce-source'] ?? 'gateway', data: message.json,
    }]);
    await writeAudit(client, [{
      subscriberId: letter.subscriberId, actor: request.actor, action: 'dlq.republish', targetKind: 'dead-letter', targetId: letter.id, note: request.note,
      detail: { subject: letter.subject, eventId, diff: diff.slice(0, maxAuditedDiff) },
    }]);
    return true;
  });
  if (!moved) return refuse('conflict', `${letter.id} was dealt with by somebody else just now`);
  gateway.wakeOutbox();
  return ok({ id: letter.id, subject: letter.subject, eventId, diff });
}

/** Publishes a message again, edited or as it was, once its readers can read it. `preview` only says what would happen. */
export const republishDlq = operation(
  checkParams<RepublishParams>({ id: idOrTail, body: { type: 'string', minLength: 1 }, preview: { type: 'boolean' }, note, actor }, ['id']),
  async (gateway, request, scope) => {
    const found = await findLetter(gateway, scope, request.id);
    if (!found.ok) return found;
    const letter = found.value;
    const original = letter.body === null || letter.encoding === null ? '' : decodeBody(letter.body, letter.encoding).toString('utf8');
    const text = request.body ?? original;
    const problem = await obstacle(gateway, letter, text);
    if (problem !== undefined) return problem;
    const checked = checkMessage(letter.subject, text);
    const diff = lineDiff(original, text);
    if (request.preview === true) return ok({ id: letter.id, subject: letter.subject, diff, valid: checked.ok, errors: checked.ok ? [] : checked.error });
    if (!checked.ok) return refuse('unreadable', `the message would still not be read: ${checked.error.join('; ')}`, checked.error);
    if (request.actor === undefined) return refuse('invalid', 'actor is missing', ['actor is missing']);
    return commit(gateway, letter, { ...request, actor: request.actor }, { message: checked.value, diff });
  },
);
