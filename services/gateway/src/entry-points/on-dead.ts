import { createHash } from 'node:crypto';
import { consumers, validator, type DeadLetter, type DeadPush } from '@pes/contracts';
import { isoTime, newId } from '@pes/kernel';
import { consumeBatches, decodeJson, type Consumption, type Decoded, type RawMessage, type Received } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { storeLetters } from '../data-access/store-letters.sql.ts';
import { hintsOf, letterOfMessage, letterOfPush, type BodyHints, type NewLetter } from '../domain/dead-letter.ts';
import type { Gateway } from '../gateway.ts';
import { decodeBody } from '../message-body.ts';

type Dead =
  | { kind: 'push'; push: DeadPush }
  | { kind: 'message'; dead: DeadLetter }
  | { kind: 'unreadable'; message: RawMessage; code: string; errors: string[] };

const decodePush = decodeJson(validator('dead-push'));
const decodeMessage = decodeJson(validator('dead-letter'));
const pushSubject = /^dead\.push-dispatch\.push\./;

/**
 * Never refuses: what this reader set aside would come back to it through the same stream, wrapped once more, for ever. A message in DEAD
 * that is no dead letter is kept as it is, with what is wrong with it.
 */
function decode(message: RawMessage): Decoded<Dead> {
  if (pushSubject.test(message.subject)) {
    const decoded = decodePush(message);
    return { ok: true, value: decoded.ok ? { kind: 'push', push: decoded.value } : { kind: 'unreadable', message, code: decoded.code, errors: decoded.errors } };
  }
  const decoded = decodeMessage(message);
  return { ok: true, value: decoded.ok ? { kind: 'message', dead: decoded.value } : { kind: 'unreadable', message, code: decoded.code, errors: decoded.errors } };
}

function hintsIn(dead: DeadLetter): BodyHints {
  try {
    return hintsOf(JSON.parse(decodeBody(dead.body, dead.encoding).toString('utf8')));
  } catch {
    // Not JSON, which is often why it is here.
    return hintsOf(null);
  }
}

function unreadableLetter({ message, code, errors }: Extract<Dead, { kind: 'unreadable' }>, publishedAtMs: number): NewLetter {
  const at = isoTime(Math.floor(publishedAtMs));
  const place = createHash('sha256').update(message.subject).update(message.body).digest('hex').slice(0, 32);
  return letterOfMessage({
    consumer: consumers.gatewayDead.durable, stream: consumers.gatewayDead.stream, streamSequence: null, subject: message.subject, code, errors, deliveries: 1,
    firstSeenAt: at, deadAt: at, headers: message.headers, body: Buffer.from(message.body).toString('base64'), encoding: 'base64',
  }, hintsOf(null), { id: newId(), place });
}

function letterOf({ value, subject, publishedAtMs }: Received<Dead>): NewLetter {
  switch (value.kind) {
    case 'push':
      return letterOfPush(value.push, subject, newId());
    case 'message':
      return letterOfMessage(value.dead, hintsIn(value.dead), { id: newId(), place: String(value.dead.streamSequence) });
    case 'unreadable':
      return unreadableLetter(value, publishedAtMs);
  }
}

/** Stores and counts. */
export async function keepLetters(gateway: Gateway, letters: readonly NewLetter[]): Promise<number> {
  const fresh = await storeLetters(gateway.db, letters);
  for (const { kind, code } of fresh) gateway.metrics.letters.inc({ kind, code });
  return fresh.length;
}

/** DEAD → table, so that what is dead can be searched, counted and dealt with. */
export function consumeDead(gateway: Gateway): Consumption {
  return consumeBatches<Dead>(gateway.bus, {
    consumer: consumers.gatewayDead,
    decode,
    isDataError,
    // Bodies can be megabytes.
    maxBatch: 50,
    maxWaitMs: 5,
    maxFlushes: 2,
    handle: async (batch) => { await keepLetters(gateway, batch.map(letterOf)); },
    onDead: (code) => gateway.metrics.dead.inc({ consumer: consumers.gatewayDead.durable, code }),
  });
}
