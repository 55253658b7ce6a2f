import { failureCodes, type DeadLetter, type DeadPush } from '@pes/contracts';
import { subjectParts } from './subject-parts.ts';

/**
 * A push out of attempts or a message nobody can read, as an operator deals with it.
 *
 *   open ──replayed by a job, re-published, queued again by anybody──▶ replayed
 *    │                                                                    └─sent or dismissed──▶ resolved
 *    ├─sent or dismissed──▶ resolved
 *    └─an operator decides that nothing is to be done──▶ discarded
 *
 * A push that dies again is another dead letter: the revision of the push is part of its key.
 */
export const letterStatuses = ['open', 'replayed', 'resolved', 'discarded'] as const;
export type LetterStatus = (typeof letterStatuses)[number];
export type LetterKind = 'push' | 'message';
export type DuplicateRisk = DeadPush['duplicateRisk'];

export interface NewLetter {
  id: string;
  kind: LetterKind;
  /** The same death told twice has the same key. */
  key: string;
  subscriberId: string | null;
  siteId: string | null;
  accountId: string | null;
  provider: string | null;
  pushId: string | null;
  revision: number | null;
  orderId: string | null;
  orderNumber: number | null;
  reference: string | null;
  code: string;
  message: string;
  errors: string[];
  consumer: string;
  subject: string;
  stream: string | null;
  streamSequence: number | null;
  attempts: number;
  firstAt: string;
  lastAt: string;
  duplicateRisk: DuplicateRisk | null;
  headers: Record<string, string>;
  body: string | null;
  encoding: DeadLetter['encoding'] | null;
}

export function letterOfPush(push: DeadPush, subject: string, id: string): NewLetter {
  return {
    id, kind: 'push', key: `push:${push.pushId}:${push.revision}`,
    subscriberId: push.subscriberId, siteId: push.siteId, accountId: push.accountId, provider: push.provider, pushId: push.pushId, revision: push.revision,
    orderId: push.orderId, orderNumber: push.orderNumber, reference: push.reference, code: push.code, message: push.message, errors: [],
    consumer: 'push-dispatch', subject, stream: null, streamSequence: null, attempts: push.attempts, firstAt: push.firstAttemptAt, lastAt: push.lastAttemptAt,
    duplicateRisk: push.duplicateRisk, headers: {}, body: null, encoding: null,
  };
}

/** What can be told from the body of a message that broke its schema; everything in it is doubtful. */
export interface BodyHints {
  orderId: string | null;
  orderNumber: number | null;
  siteId: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function uuidOrNull(value: unknown): string | null {
  return typeof value === 'string' && uuid.test(value) ? value : null;
}

export function hintsOf(body: unknown): BodyHints {
  const order = (body as { order?: { orderId?: unknown; orderNumber?: unknown; siteId?: unknown } | null } | null)?.order;
  const number = order?.orderNumber;
  return {
    orderId: uuidOrNull(order?.orderId), siteId: uuidOrNull(order?.siteId),
    orderNumber: typeof number === 'number' && Number.isSafeInteger(number) ? number : null,
  };
}

/** A message in DEAD that is itself no dead letter has no sequence of an original. */
export type SetAsideMessage = Omit<DeadLetter, 'streamSequence'> & { streamSequence: number | null };

/** `place` tells messages apart: consumer, stream, sequence and time, since a rewound stream gives its sequences out again. */
export function letterOfMessage(dead: SetAsideMessage, hints: BodyHints, { id, place }: { id: string; place: string }): NewLetter {
  const parts = subjectParts(dead.subject);
  const sentences: Readonly<Record<string, string>> = failureCodes;
  return {
    id, kind: 'message', key: `message:${dead.consumer}:${dead.stream}:${place}:${dead.firstSeenAt}`,
    ...parts, siteId: parts.siteId ?? hints.siteId, orderId: hints.orderId, orderNumber: hints.orderNumber, pushId: null, revision: null, reference: null,
    code: dead.code, message: sentences[dead.code] ?? `Nobody can read it: ${dead.code}.`, errors: dead.errors,
    consumer: dead.consumer, subject: dead.subject, stream: dead.stream, streamSequence: dead.streamSequence, attempts: dead.deliveries,
    firstAt: dead.firstSeenAt, lastAt: dead.deadAt, duplicateRisk: null, headers: dead.headers, body: dead.body, encoding: dead.encoding,
  };
}

/** What a search looks through, in lower case. */
export function searchText(letter: NewLetter): string {
  return [letter.reference, letter.orderNumber, letter.message, ...letter.errors, letter.subject].filter((part) => part !== null).join(' ').toLowerCase();
}
