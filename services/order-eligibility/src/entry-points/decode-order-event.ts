import { validator, type FailureCode, type OrderSnapshot } from '@pes/contracts';
import type { Clock } from '@pes/kernel';
import type { Decoded, RawMessage } from '@pes/messaging';
import type { ReadOrder } from '../domain/decision.ts';
import { orderDateProblem } from '../domain/order-date.ts';
import { locateLoneSurrogate, locateNul, nestsTooDeep } from '../domain/text-defects.ts';

export interface DecodeOptions {
  maxSnapshotBytes: number;
  clock: Clock;
}

type Failure = { ok: false; code: FailureCode; errors: string[] };
type Parsed = { ok: true; order: unknown; snapshotJson: string; extra: object } | Failure;

const checkEvent = validator('pressero-order-event');
const utf8 = new TextDecoder('utf-8', { fatal: true });
const opening = Buffer.from('{"order":');
const closingBrace = 0x7d;
// itemNumber is stored as a PostgreSQL integer; the schema has no upper bound.
const maxItemNumber = 2_147_483_647;

function failure(code: FailureCode, ...errors: string[]): Failure {
  return { ok: false, code, errors };
}

/** Parses what stands between `{"order":` and the last brace. That it parses proves that it is one JSON value, so its text is the snapshot's. */
function parseBare(body: Uint8Array): Parsed | undefined {
  if (body[body.length - 1] !== closingBrace || Buffer.compare(body.subarray(0, opening.length), opening) !== 0) return undefined;
  try {
    const snapshotJson = utf8.decode(body.subarray(opening.length, -1));
    return { ok: true, order: JSON.parse(snapshotJson), snapshotJson, extra: {} };
  } catch {
    return undefined;
  }
}

/** Any other JSON: other members, other white space. The snapshot's text has to be made again. */
function parseAny(body: Uint8Array): Parsed {
  try {
    const json = utf8.decode(body);
    if (nestsTooDeep(json)) return failure('schema_violation', '/ nests deeper than 100 levels');
    const event: unknown = JSON.parse(json);
    if (event === null || typeof event !== 'object' || !('order' in event)) return failure('schema_violation', "/ must have required property 'order'");
    return { ok: true, order: event.order, snapshotJson: JSON.stringify(event.order), extra: event };
  } catch (error) {
    return failure('not_json', error instanceof Error ? error.message : 'not JSON');
  }
}

function textProblem(order: unknown, snapshotJson: string): Failure | undefined {
  if (nestsTooDeep(snapshotJson)) return failure('schema_violation', '/order nests deeper than 100 levels');
  const nul = locateNul(snapshotJson, order);
  if (nul !== undefined) return failure('nul_character', `/order${nul} holds the NUL character: leave it out`);
  const half = locateLoneSurrogate(snapshotJson, order);
  if (half !== undefined) return failure('schema_violation', `/order${half} holds half a character (a surrogate without its partner)`);
  return undefined;
}

function itemNumberProblem({ items }: OrderSnapshot): Failure | undefined {
  const seen = new Set<number>();
  for (const [index, { itemNumber }] of items.entries()) {
    if (itemNumber > maxItemNumber) return failure('schema_violation', `/order/items/${index}/itemNumber must be <= ${maxItemNumber}`);
    if (seen.has(itemNumber)) return failure('schema_violation', `/order/items/${index}/itemNumber repeats item number ${itemNumber} of the same order`);
    seen.add(itemNumber);
  }
  return undefined;
}

/** The rules that a schema cannot say. */
function orderProblem(order: OrderSnapshot, subject: string, nowMs: number): Failure | undefined {
  const subscriberId = subject.slice(subject.lastIndexOf('.') + 1);
  if (subscriberId !== order.subscriberId) {
    return failure('subject_mismatch', `/order/subscriberId is ${order.subscriberId}, but the subject ends in ${subscriberId}: publish to the order's own subscriber`);
  }
  const dateProblem = orderDateProblem(order.placedAt, nowMs);
  if (dateProblem !== undefined) return failure('order_date_implausible', `/order/placedAt ${order.placedAt} ${dateProblem}`);
  return itemNumberProblem(order);
}

/**
 * Reads one order event. Whatever PostgreSQL or a later stage could choke on is found here, so that one bad event never fails its batch.
 * The name of the event in the subject is not looked at: every event carries the whole order, and the gate is evaluated on each.
 */
export function createOrderDecoder({ maxSnapshotBytes, clock }: DecodeOptions): (message: RawMessage) => Decoded<ReadOrder> {
  return ({ subject, body }) => {
    if (body.byteLength > maxSnapshotBytes) {
      return failure('snapshot_too_large', `the event has ${body.byteLength} bytes, at most ${maxSnapshotBytes} are allowed: send links instead of content`);
    }
    const parsed = parseBare(body) ?? parseAny(body);
    if (!parsed.ok) return parsed;
    const defect = textProblem(parsed.order, parsed.snapshotJson);
    if (defect !== undefined) return defect;
    const valid = checkEvent({ ...parsed.extra, order: parsed.order });
    if (!valid.ok) return failure('schema_violation', ...valid.errors);
    const { order } = valid.value;
    const problem = orderProblem(order, subject, clock.now());
    return problem ?? { ok: true, value: { order, snapshotJson: parsed.snapshotJson } };
  };
}
