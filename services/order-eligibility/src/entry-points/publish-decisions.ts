import { eventTypes, subjects } from '@pes/contracts';
import { publishAll, type Bus } from '@pes/messaging';
import type { DecidedOrder } from '../domain/decision.ts';
import { decisionMessages } from '../domain/decision-messages.ts';

const maxDecisions = 50;
// V8 keeps a string above 128 kB in memory of its own: with 7 kB snapshots, messages of 512 kB cost 77 µs an order to build, these 8 µs.
const maxBytes = 96 * 1024;
/** Room in a message for its headers and for what this stage and the next wrap around a snapshot. */
const wrappingBytes = 64 * 1024;

/** The largest snapshot that still fits into one of our messages on this broker. */
export function brokerMaxBytes(bus: Bus): number {
  return (bus.nc.info?.max_payload ?? Infinity) - wrappingBytes;
}

/**
 * Publishes decisions and resolves when the broker has acknowledged all of them; rejects when one could not be published, and the whole
 * call may be repeated. `repetition` marks a deliberate second publication, which the broker's duplicate check must not swallow.
 */
export async function publishDecisions(bus: Bus, decided: readonly DecidedOrder[], repetition?: string): Promise<void> {
  const messages = decisionMessages(decided, { maxDecisions, maxBytes: Math.min(maxBytes, brokerMaxBytes(bus)) });
  await publishAll(bus, messages.map(({ subscriberId, id, json }) => ({
    subject: subjects.orderDecided(subscriberId),
    type: eventTypes.orderDecided,
    id: repetition === undefined ? id : `${id}:${repetition}`,
    source: 'order-eligibility',
    data: json,
  })));
}
