import { consumers, subjects, validator } from '@pes/contracts';
import { chunk } from '@pes/kernel';
import { callRpc, type Bus } from '@pes/messaging';
import type { Pool } from '@pes/store';
import { moveCursor, readCursor } from '../data-access/confirm-cursor.sql.ts';
import { readDecisions, type OrderKey } from '../data-access/read-decisions.sql.ts';
import { readWalkLimit } from '../data-access/read-walk-limit.sql.ts';
import { addUnconfirmed, countUnconfirmed, postponeUnconfirmed, readDueUnconfirmed, removeUnconfirmed } from '../data-access/unconfirmed.sql.ts';
import { walkDecisions } from '../data-access/walk-decisions.sql.ts';
import type { EligibilityMetrics } from '../metrics.ts';
import { publishDecisions } from './publish-decisions.ts';

/**
 * Anti-entropy. The broker acknowledges before it has synced its disk, so a published decision can be lost with a part of its store.
 * push-dispatch is asked, off the hot path, whether it holds every decision that is old enough. Waiting ones too: the one that takes an
 * order back before it is sent must not get lost either.
 *
 *   walk from the cursor ──known──▶ cursor moves on
 *                        ──missing──▶ `unconfirmed`, published again, cursor moves on
 *   unconfirmed and due  ──known, or not kept any more──▶ removed
 *                        ──still missing──▶ published again, next look later
 *
 * As long as nothing is missing this only reads, but for one small write of the cursor a page. A crash at any point repeats a page at most.
 * One replica at a time, see upkeep.ts; two at once would publish twice and do no other harm.
 */
export interface ConfirmParts {
  bus: Bus;
  pool: Pool;
  metrics: EligibilityMetrics;
}

export interface ConfirmOptions {
  afterSeconds: number;
  batchSize: number;
  timeoutMs: number;
  maxBacklog: number;
  signal: AbortSignal;
}

const checkReply = validator('dispatch-known-reply');
// Snapshots of this many orders are in memory at once.
const publishAtOnce = 50;

/** Which of the orders push-dispatch does not hold in this version or a later one. Throws when it does not answer. */
async function askMissing(bus: Bus, orders: readonly { orderId: string; version: number; decidedAt?: Date }[], timeoutMs: number): Promise<Set<string>> {
  const request = { orders: orders.map(({ orderId, version, decidedAt }) => ({ orderId, version, ...(decidedAt !== undefined && { decidedAt: decidedAt.toISOString() }) })) };
  const reply = checkReply(await callRpc(bus, subjects.rpcDispatchKnown, request, timeoutMs));
  if (!reply.ok) throw new Error(`${subjects.rpcDispatchKnown} gave an unreadable answer: ${reply.errors.join('; ')}`);
  return new Set(reply.value.missing);
}

/** Decisions that wait in the stream. Nothing can be called missing before push-dispatch had the chance to read it. */
async function unreadDecisions(bus: Bus): Promise<number> {
  const { stream, durable } = consumers.dispatchDecisions;
  try {
    const { num_pending: pending, num_ack_pending: underWay } = await bus.jsm.consumers.info(stream, durable);
    return pending + underWay;
  } catch {
    // No such consumer, as in a store that was rolled back far enough: nobody reads, so nothing is on its way.
    return 0;
  }
}

async function publishAgain({ bus, pool, metrics }: ConfirmParts, keys: readonly OrderKey[], repetition: string): Promise<void> {
  for (const part of chunk(keys, publishAtOnce)) {
    const standing = await readDecisions(pool, part);
    await publishDecisions(bus, standing, repetition);
    metrics.republished(standing.length);
  }
}

async function recheckUnconfirmed(parts: ConfirmParts, { batchSize, timeoutMs, afterSeconds, signal }: ConfirmOptions): Promise<void> {
  const { bus, pool } = parts;
  while (!signal.aborted) {
    const due = await readDueUnconfirmed(pool, batchSize);
    if (due.length === 0) return;
    const standing = due.flatMap((order) => (order.version === null ? [] : [{ ...order, version: order.version }]));
    const missing = standing.length === 0 ? new Set<string>() : await askMissing(bus, standing, timeoutMs);
    await removeUnconfirmed(pool, due.map(({ orderId }) => orderId).filter((orderId) => !missing.has(orderId)));
    const still = standing.filter(({ orderId }) => missing.has(orderId));
    await publishAgain(parts, still, `again-${Date.now()}`);
    await postponeUnconfirmed(pool, still.map(({ orderId }) => orderId), Math.max(1, afterSeconds));
  }
}

async function walk(parts: ConfirmParts, { batchSize, timeoutMs, afterSeconds, signal }: ConfirmOptions): Promise<void> {
  const { bus, pool } = parts;
  const until = await readWalkLimit(pool, afterSeconds);
  let place = await readCursor(pool);
  while (!signal.aborted) {
    const page = await walkDecisions(pool, place, until, batchSize);
    const last = page.at(-1);
    if (last === undefined) return;
    const missing = await askMissing(bus, page, timeoutMs);
    const lost = page.filter(({ orderId }) => missing.has(orderId));
    if (lost.length > 0) {
      bus.log.warn({ orders: lost.length, first: lost[0]?.orderId }, 'push-dispatch does not know these decisions, publishing them again');
      await addUnconfirmed(pool, lost, afterSeconds);
      await publishAgain(parts, lost, `again-${Date.now()}`);
    }
    await moveCursor(pool, last);
    place = last;
  }
}

/** One round. Throws when push-dispatch, the broker or PostgreSQL does not answer; the next round goes on where this one stopped. */
export async function confirmDecisions(parts: ConfirmParts, options: ConfirmOptions): Promise<void> {
  const unread = await unreadDecisions(parts.bus);
  if (unread > options.maxBacklog) {
    parts.bus.log.info({ unread }, 'confirmation waits until push-dispatch has read what is published');
    return;
  }
  await recheckUnconfirmed(parts, options);
  await walk(parts, options);
  parts.metrics.unconfirmed(await countUnconfirmed(parts.pool));
}
