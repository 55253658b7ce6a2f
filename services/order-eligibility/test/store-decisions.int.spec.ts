import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@pes/kernel';
import { countStatements } from '@pes/store';
import { readDecisions } from '../src/data-access/read-decisions.sql.ts';
import { storeDecisions } from '../src/data-access/store-decisions.ts';
import { upsertOrders } from '../src/data-access/upsert-orders.sql.ts';
import { decisionOn, openTestStore, type TestStore } from './eligibility-setup.ts';
import { sampleItem, sampleOrder } from './sample-order.ts';

let store: TestStore;
beforeAll(async () => { store = await openTestStore(); });
afterAll(() => store.close());

const placedAt = '2026-01-20T23:59:59.999Z';
const inVersion = (orderId: string, version: number, isPaid = true) => decisionOn(sampleOrder({ orderId, version, isPaid, placedAt }));

async function storedVersion(orderId: string): Promise<number | undefined> {
  const [row] = await readDecisions(store.pool, [{ orderId, day: '2026-01-20' }]);
  return row?.version;
}

describe('upsertOrders', () => {
  it('writes each order once when the batch holds several versions and the same version twice', async () => {
    await store.partitions.ensure(['2026-01-20']);
    const [a, b] = [newId(), newId()];
    const { stored, overtaken } = await upsertOrders(store.pool, [inVersion(a, 2), inVersion(b, 1), inVersion(a, 3), inVersion(a, 3), inVersion(b, 1), inVersion(a, 1)]);
    expect(stored.map(({ decision: { order } }) => [order.orderId, order.version])).toEqual([[a, 3], [b, 1]].sort());
    expect(overtaken).toEqual([]);
    expect([await storedVersion(a), await storedVersion(b)]).toEqual([3, 1]);
  });

  it('leaves newer and equal versions in the table alone and says which of the batch were overtaken', async () => {
    const [newer, equal, fresh] = [newId(), newId(), newId()];
    await upsertOrders(store.pool, [inVersion(newer, 5), inVersion(equal, 2)]);
    const { stored, overtaken } = await upsertOrders(store.pool, [inVersion(newer, 4), inVersion(equal, 2), inVersion(fresh, 1)]);
    expect(stored.map(({ decision }) => decision.order.orderId)).toEqual([fresh]);
    expect(overtaken.map(({ order }) => order.orderId).sort()).toEqual([newer, equal].sort());
    expect(await storedVersion(newer)).toBe(5);
  });
});

describe('storeDecisions', () => {
  it('takes one round trip for a batch of new orders, and two when some were known already', async () => {
    const batch = Array.from({ length: 200 }, () => inVersion(newId(), 1));
    await store.partitions.ensure(['2026-01-20']);
    const count = countStatements(store.pool);
    await storeDecisions(store.pool, store.partitions, batch);
    expect([...count.byName()]).toEqual([['eligibility-upsert-orders', 1]]);
    await storeDecisions(store.pool, store.partitions, [...batch.slice(100), inVersion(newId(), 1)]);
    count.stop();
    expect([...count.byName()]).toEqual([['eligibility-upsert-orders', 2], ['eligibility-read-decisions', 1]]);
  });

  it('answers the standing decision for every order of the batch, also for late and repeated versions', async () => {
    const [late, repeated, fresh] = [newId(), newId(), newId()];
    const first = await storeDecisions(store.pool, store.partitions, [inVersion(late, 7), inVersion(repeated, 2, false)]);
    const second = await storeDecisions(store.pool, store.partitions, [inVersion(late, 6, false), inVersion(repeated, 2, false), inVersion(fresh, 1)]);
    const sorted = (rows: typeof first) => rows.toSorted((x, y) => (x.orderId < y.orderId ? -1 : 1));
    expect(sorted(second.filter(({ orderId }) => orderId !== fresh))).toEqual(sorted(first));
    expect(second).toHaveLength(3);
  });

  it('keeps the snapshot to the byte, and reads back what it answered when writing', async () => {
    const order = sampleOrder({ placedAt, items: [sampleItem(2), sampleItem(1)], notes: 'quote " backslash \\ brace { comma , NULL é 🖨' });
    const snapshotJson = JSON.stringify(order).replace('{', '{ "unknown" : [1.0, {"a":null}],\n');
    const decision = { ...decisionOn(order), snapshotJson };
    const written = await storeDecisions(store.pool, store.partitions, [decision]);
    const read = await storeDecisions(store.pool, store.partitions, [decision]);
    expect(read).toEqual(written);
    expect(read[0]).toMatchObject({ snapshotJson, itemNumbers: [1, 2], result: 'eligible', final: false, orderNumber: order.orderNumber });
  });

  it('keeps final, reasons and numbers as large as the contract allows', async () => {
    const order = sampleOrder({ placedAt, orderNumber: Number.MAX_SAFE_INTEGER, version: Number.MAX_SAFE_INTEGER, items: [] });
    const written = await storeDecisions(store.pool, store.partitions, [decisionOn(order)]);
    expect(await storeDecisions(store.pool, store.partitions, [decisionOn(order)])).toEqual(written);
    expect(written[0]).toMatchObject({ final: true, orderNumber: Number.MAX_SAFE_INTEGER, version: Number.MAX_SAFE_INTEGER, snapshotJson: null });
    expect(JSON.parse(written[0]?.reasonsJson ?? '')).toEqual([{ code: 'NO_ITEMS', itemNumber: null, message: expect.any(String) as unknown }]);
  });

  it('neither deadlocks nor loses the newest version when eight writers store the same orders at once', async () => {
    const ids = Array.from({ length: 40 }, newId);
    await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 5; round += 1) {
        const version = 1 + round * 8 + writer;
        const batch = ids.map((orderId) => inVersion(orderId, version)).sort(() => (version % 2 === 0 ? 1 : -1));
        const answered = await storeDecisions(store.pool, store.partitions, batch);
        expect(answered.every((row) => row.version >= version)).toBe(true);
      }
    }));
    expect(await Promise.all(ids.map(storedVersion))).toEqual(ids.map(() => 40));
  });
});
