import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@pes/kernel';
import * as fc from 'fast-check';
import { readDecisions } from '../src/data-access/read-decisions.sql.ts';
import { storeDecisions } from '../src/data-access/store-decisions.ts';
import type { DecidedOrder } from '../src/domain/decision.ts';
import { evaluateGate } from '../src/domain/evaluate-gate.ts';
import { arbitraryOrder } from './arbitrary-order.ts';
import { decisionOn, openTestStore, type TestStore } from './eligibility-setup.ts';
import { siteId, subscriberId } from './sample-order.ts';

let store: TestStore;
beforeAll(async () => { store = await openTestStore(); });
afterAll(() => store.close());

const day = '2026-02-03';
const placedAt = `${day}T00:00:00Z`;

/** Versions 1..n of up to three orders, then a history: any sequence of them, with repetitions, cut into batches at any place. */
const history = fc.array(fc.array(arbitraryOrder, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }).chain((orders) => {
  const places = orders.flatMap((versions, order) => versions.map((_, version) => ({ order, version })));
  return fc.record({
    orders: fc.constant(orders),
    deliveries: fc.tuple(fc.shuffledSubarray(places, { minLength: places.length }), fc.array(fc.constantFrom(...places), { maxLength: 8 }))
      .chain(([each, again]) => fc.shuffledSubarray([...each, ...again], { minLength: each.length + again.length })),
    cuts: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
    atOnce: fc.boolean(),
  });
});

function cut<T>(values: T[], sizes: Iterator<number>): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < values.length;) {
    const size = sizes.next().value as number;
    batches.push(values.slice(start, start + size));
    start += size;
  }
  return batches;
}

describe('storing the versions of some orders in any sequence, with repetitions, in any batches', () => {
  it('ends with the decision on the newest version, and answers that decision to whoever delivers last', async () => {
    await fc.assert(fc.asyncProperty(history, async ({ orders, deliveries, cuts, atOnce }) => {
      const ids = orders.map(newId);
      const snapshot = ({ order, version }: { order: number; version: number }) => {
        const content = orders[order]?.[version];
        if (content === undefined) throw new Error('no such version');
        return { ...content, orderId: ids[order] ?? '', version: version + 1, placedAt, siteId, subscriberId };
      };
      const answers: DecidedOrder[] = [];
      const deliver = async (batch: { order: number; version: number }[]): Promise<void> => {
        answers.push(...await storeDecisions(store.pool, store.partitions, batch.map((place) => decisionOn(snapshot(place)))));
      };
      const batches = cut(deliveries, cuts);
      if (atOnce) await Promise.all(batches.map(deliver));
      else for (const batch of batches) await deliver(batch);

      const stored = await readDecisions(store.pool, ids.map((orderId) => ({ orderId, day })));
      for (const [index, versions] of orders.entries()) {
        const newest = snapshot({ order: index, version: versions.length - 1 });
        const gate = evaluateGate(newest, { invalidItemPolicy: 'block-order' });
        const row = stored.find(({ orderId }) => orderId === newest.orderId);
        expect(row).toMatchObject({
          version: versions.length, result: gate.result,
          itemNumbers: gate.result === 'eligible' ? gate.itemNumbers : [],
          final: gate.result === 'waiting' && gate.final,
          snapshotJson: gate.result === 'eligible' ? JSON.stringify(newest) : null,
        });
        expect(JSON.parse(row?.reasonsJson ?? '')).toEqual(gate.result === 'waiting' ? gate.reasons : []);
        // What was answered, and so published, contains the newest decision: a reader that keeps the newest version ends up right.
        const answered = answers.filter(({ orderId }) => orderId === newest.orderId);
        expect(answered.some((answer) => answer.version === versions.length && answer.decidedAtMs === row?.decidedAtMs)).toBe(true);
      }
    }), { numRuns: 150 });
  });
});
