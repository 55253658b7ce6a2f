import { consumers, validator, type ConsumerSpec, type OrderDecided, type PushChanged } from '@pes/contracts';
import { consumeBatches, decodeJson, type Consumption, type Decoded, type RawMessage } from '@pes/messaging';
import { isDataError } from '@pes/store';
import { storeChanges } from '../data-access/store-changes.sql.ts';
import { storeDecisions } from '../data-access/store-decisions.sql.ts';
import { changeRows, decisionRows } from '../domain/read-rows.ts';
import type { Gateway } from '../gateway.ts';

const decodeDecided = decodeJson(validator('order-decided'));
const decodeChanged = decodeJson(validator('push-changed'));

/** Whose data it is decides who sees it, so the subject, which the broker's permissions guard, must say the same. */
function ofSubject<T>(decoded: Decoded<T>, { subject }: RawMessage, subscribersOf: (value: T) => readonly string[]): Decoded<T> {
  if (!decoded.ok) return decoded;
  const said = subject.slice(subject.lastIndexOf('.') + 1);
  const other = subscribersOf(decoded.value).find((subscriberId) => subscriberId !== said);
  return other === undefined ? decoded : { ok: false, code: 'subject_mismatch', errors: [`/subscriberId is ${other}, the subject says ${said}`] };
}

interface Reading<T> {
  consumer: ConsumerSpec;
  decode(message: RawMessage): Decoded<T>;
  store(events: readonly T[]): Promise<void>;
}

function read<T>({ bus, metrics }: Gateway, { consumer, decode, store }: Reading<T>): Consumption {
  return consumeBatches<T>(bus, {
    consumer, decode, isDataError, maxBatch: 100, maxWaitMs: 5, maxFlushes: 2,
    handle: (batch) => store(batch.map(({ value }) => value)),
    onDead: (code) => metrics.dead.inc({ consumer: consumer.durable, code }),
  });
}

/** The two readers of the read model. What they store does not depend on the order in which the events come. */
export function consumeReadModel(gateway: Gateway): Consumption {
  const readers = [
    read<OrderDecided>(gateway, {
      consumer: consumers.gatewayReadOrders,
      decode: (message) => ofSubject(decodeDecided(message), message, ({ decisions }) => decisions.map(({ subscriberId }) => subscriberId)),
      store: (events) => storeDecisions(gateway.db, decisionRows(events)),
    }),
    read<PushChanged>(gateway, {
      consumer: consumers.gatewayReadPushes,
      decode: (message) => ofSubject(decodeChanged(message), message, ({ subscriberId }) => [subscriberId]),
      store: (events) => storeChanges(gateway.db, changeRows(events)),
    }),
  ];
  return { stop: async () => { await Promise.all(readers.map((reader) => reader.stop())); } };
}
