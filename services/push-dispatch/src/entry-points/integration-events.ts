import { publishAll, type Bus, type OutMessage } from '@pes/messaging';
import type { Logger } from '@pes/service-kit';
import type { Pool } from '@pes/store';
import { changedSince, loadMark, saveMark } from '../data-access/stream-marks.sql.ts';
import { rowEvents } from '../domain/push-change.ts';

/**
 * Publishing to INTEGRATION, and noticing when the broker forgot.
 *
 * A PubAck is not durability: after a power loss or a restored volume the stream may be an older copy of itself. Its sequence then falls
 * back, so the highest sequence ever confirmed is remembered (and noted in PostgreSQL). A confirmation at or below it, or a stream that
 * ends before it, means that events are gone: every push that changed since the stream's last surviving message is published again.
 */
export interface IntegrationEvents {
  publish(messages: readonly OutMessage[]): Promise<void>;
  /** Compares the stream with what it once confirmed; call it regularly. */
  verify(): Promise<void>;
}

const stream = 'INTEGRATION';
const pageSize = 500;
// Clocks of database and broker may differ; repeating a little more is harmless.
const overlapMs = 60_000;
const beforeAll = '00000000-0000-0000-0000-000000000000';

export async function createIntegrationEvents(bus: Bus, db: Pool, log: Logger): Promise<IntegrationEvents> {
  let highest = await loadMark(db, stream);
  let lost = false;

  async function publishAndMark(messages: readonly OutMessage[]): Promise<void> {
    // Several publish at once and their confirmations cross: only what was confirmed before this began must lie below it.
    const confirmedBefore = highest;
    for (const ack of await publishAll(bus, messages)) {
      if (ack.duplicate) continue;
      if (ack.seq <= confirmedBefore) lost = true;
      highest = Math.max(highest, ack.seq);
    }
  }

  async function lastSurvivorAt(sequence: number): Promise<Date> {
    if (sequence < 1) return new Date(0);
    const message = await bus.jsm.streams.getMessage(stream, { seq: sequence }).catch(() => null);
    return message === null ? new Date(0) : message.time;
  }

  async function publishAgain(since: Date): Promise<number> {
    let count = 0;
    let cursor = beforeAll;
    for (;;) {
      const rows = await changedSince(db, since, cursor, pageSize);
      const last = rows.at(-1);
      if (last === undefined) return count;
      await publishAndMark(rowEvents(rows));
      count += rows.length;
      cursor = last.push_id;
    }
  }

  return {
    publish: publishAndMark,
    async verify() {
      // What is confirmed while the broker answers is not in its answer.
      const confirmedBefore = highest;
      const { state } = await bus.jsm.streams.info(stream);
      const rewound = lost || state.last_seq < confirmedBefore;
      if (rewound) {
        // Events of the last overlap may have been confirmed after the loss, at sequences that were used before: start earlier still.
        const since = new Date((await lastSurvivorAt(Math.min(state.last_seq, highest))).getTime() - overlapMs);
        highest = state.last_seq;
        lost = false;
        const count = await publishAgain(since);
        log.warn({ stream, since: since.toISOString(), count }, 'the stream fell back; events were published again');
      }
      await saveMark(db, stream, highest);
    },
  };
}
