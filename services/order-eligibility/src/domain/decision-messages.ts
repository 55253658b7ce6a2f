import { hash } from 'node:crypto';
import { groupBy, isoTime } from '@pes/kernel';
import type { DecidedOrder } from './decision.ts';

export interface DecisionMessage {
  subscriberId: string;
  /** The same decisions give the same id. The time is in it: a decision that changes there and back is not a repetition. */
  id: string;
  /** Data of order.decided as JSON text. */
  json: string;
}

export interface MessageLimits {
  maxDecisions: number;
  /** A single decision may be larger; it then travels alone. */
  maxBytes: number;
}

// Ids are UUIDs, results plain words and the order date was checked against a pattern, so nothing here needs escaping. The snapshot is spliced in as the text that it came as.
function decisionJson(decided: DecidedOrder): string {
  const { orderId, orderNumber, version, subscriberId, siteId, result, final, reasonsJson, itemNumbers, decidedAtMs, placedAt, snapshotJson } = decided;
  return `{"orderId":"${orderId}","orderNumber":${orderNumber},"version":${version},"subscriberId":"${subscriberId}","siteId":"${siteId}",`
    + `"result":"${result}","final":${final},"reasons":${reasonsJson},"itemNumbers":[${itemNumbers.join(',')}],`
    + `"decidedAt":"${isoTime(decidedAtMs)}","placedAt":"${placedAt}","order":${snapshotJson ?? 'null'}}`;
}

function messageId(decisions: readonly DecidedOrder[]): string {
  const facts = decisions.map(({ orderId, version, result, decidedAtMs }) => `${orderId}:${version}:${result}:${decidedAtMs}`);
  return `decided:${hash('sha256', facts.join('\n'), 'base64url')}`;
}

function* packed(decisions: readonly DecidedOrder[], { maxDecisions, maxBytes }: MessageLimits): Generator<DecisionMessage> {
  let members: DecidedOrder[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const message = (): DecisionMessage => ({
    subscriberId: (members[0] as DecidedOrder).subscriberId,
    id: messageId(members),
    json: `{"decisions":[${texts.join(',')}]}`,
  });
  for (const decided of decisions) {
    const text = decisionJson(decided);
    const textBytes = Buffer.byteLength(text) + 1;
    if (members.length > 0 && (members.length >= maxDecisions || bytes + textBytes > maxBytes)) {
      yield message();
      members = [];
      texts = [];
      bytes = 0;
    }
    members.push(decided);
    texts.push(text);
    bytes += textBytes;
  }
  if (members.length > 0) yield message();
}

/** Packs decisions into as few messages as the limits allow, each with decisions of one subscriber. */
export function decisionMessages(decisions: readonly DecidedOrder[], limits: MessageLimits): DecisionMessage[] {
  return [...groupBy(decisions, (decided) => decided.subscriberId).values()].flatMap((ofOne) => [...packed(ofOne, limits)]);
}
