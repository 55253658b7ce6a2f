import { describe, expect, it } from '@jest/globals';
import { validator } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { decide, decidedAt, newestVersions, type DecidedOrder } from '../src/domain/decision.ts';
import { decisionMessages } from '../src/domain/decision-messages.ts';
import { sampleItem, sampleOrder } from './sample-order.ts';

const limits = { maxDecisions: 50, maxBytes: 512 * 1024 };
const checkDecided = validator('order-decided');

function decided(changes: Parameters<typeof sampleOrder>[0] = {}, decidedAtMs = 1_770_000_000_123): DecidedOrder {
  const order = sampleOrder(changes);
  return decidedAt(decide({ order, snapshotJson: JSON.stringify(order) }, new Map()), decidedAtMs);
}

function read(json: string) {
  const checked = checkDecided(JSON.parse(json));
  if (!checked.ok) throw new Error(checked.errors.join('; '));
  return checked.value.decisions;
}

describe('decisionMessages', () => {
  it('writes decisions that fit the contract, with the snapshot only when eligible', () => {
    const eligible = decided({ version: 4, items: [sampleItem(2), sampleItem(1)] });
    const waiting = decided({ isPaid: false });
    const [message] = decisionMessages([eligible, waiting], limits);
    const [first, second] = read(message?.json ?? '');
    expect(first).toEqual({
      orderId: eligible.orderId, orderNumber: 7701, version: 4, subscriberId: eligible.subscriberId, siteId: eligible.siteId, result: 'eligible',
      final: false, reasons: [], itemNumbers: [1, 2], decidedAt: '2026-02-02T02:40:00.123Z', placedAt: eligible.placedAt, order: JSON.parse(eligible.snapshotJson ?? ''),
    });
    expect(second).toMatchObject({ result: 'waiting', reasons: [{ code: 'ORDER_NOT_PAID' }], itemNumbers: [], order: null });
  });

  it('never mixes subscribers, keeps every decision once, and puts at most 50 into a message', () => {
    const other = newId();
    const all = Array.from({ length: 130 }, (_, index) => decided(index % 10 === 0 ? { subscriberId: other } : {}));
    const messages = decisionMessages(all, limits);
    const decisions = messages.map((message) => read(message.json));
    expect(decisions.map((list) => list.length)).toEqual([13, 50, 50, 17]);
    expect(messages.map(({ subscriberId }, index) => decisions[index]?.every((decision) => decision.subscriberId === subscriberId))).toEqual([true, true, true, true]);
    expect(decisions.flat().map(({ orderId }) => orderId).sort()).toEqual(all.map(({ orderId }) => orderId).sort());
  });

  it('starts a new message before the bytes run over, and sends one that is too large alone', () => {
    const big = (size: number): DecidedOrder => ({ ...decided(), snapshotJson: JSON.stringify({ notes: 'é'.repeat(size / 2) }) });
    const messages = decisionMessages([big(200_000), big(200_000), big(200_000), big(700_000), big(1000)], limits);
    expect(messages.map(({ json }) => Math.round(Buffer.byteLength(json) / 100_000))).toEqual([4, 2, 7, 0]);
  });

  it('gives the same id for the same decisions and another one when version, result or time differ', () => {
    const base = decided();
    const idOf = (changes: Partial<DecidedOrder>): string | undefined => decisionMessages([{ ...base, ...changes }], limits)[0]?.id;
    const ids = [idOf({ version: 2 }), idOf({ result: 'waiting' }), idOf({ decidedAtMs: 1 }), idOf({ orderId: newId() }), idOf({})];
    expect(new Set(ids).size).toBe(5);
    expect(idOf({})).toBe(ids[4]);
  });
});

describe('newestVersions', () => {
  it('keeps one version of each order, the newest, the first of equals, sorted by order id', () => {
    const of = (orderId: string, version: number, siteName = '') => {
      const order = sampleOrder({ orderId, version, siteName });
      return decide({ order, snapshotJson: '{}' }, new Map());
    };
    const [a, b] = ['0198a000-0000-7000-8000-000000000001', '0198a000-0000-7000-8000-000000000002'];
    const kept = newestVersions([of(b, 1), of(a, 2), of(a, 3, 'first'), of(a, 3, 'second'), of(a, 1)]);
    expect(kept.map(({ order }) => [order.orderId, order.version, order.siteName])).toEqual([[a, 3, 'first'], [b, 1, '']]);
  });
});
