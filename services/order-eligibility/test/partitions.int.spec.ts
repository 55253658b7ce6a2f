import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@pes/kernel';
import { createPartitions } from '../src/data-access/partitions.ts';
import { readDecisions } from '../src/data-access/read-decisions.sql.ts';
import { readPartitions } from '../src/data-access/read-partitions.sql.ts';
import { storeDecisions } from '../src/data-access/store-decisions.ts';
import { keepPartitions } from '../src/entry-points/keep-partitions.ts';
import { decisionOn, openTestStore, type TestStore } from './eligibility-setup.ts';
import { sampleOrder } from './sample-order.ts';

let store: TestStore;
beforeAll(async () => { store = await openTestStore(); });
afterAll(() => store.close());

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const dayAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const days = async (): Promise<string[]> => (await readPartitions(store.pool)).map(({ day }) => day);
const placedOn = (day: string) => decisionOn(sampleOrder({ placedAt: `${day}T10:00:00Z` }));
const age = (day: string, daysOld: number) =>
  store.pool.query(`update order_state set decided_at = decided_at - make_interval(days => $2) where day = $1`, [day, daysOld]);

describe('partitions', () => {
  it('are made once when ten replicas need the same days at the same time', async () => {
    const wanted = ['2026-01-01', '2026-01-02', '2026-01-03'];
    await Promise.all(Array.from({ length: 10 }, () => createPartitions(store.pool).ensure(wanted)));
    expect((await days()).filter((day) => wanted.includes(day))).toEqual(wanted);
  });

  it('take the orders of a UTC day from its first to its last millisecond', async () => {
    const edges = ['2026-01-02T00:00:00.000Z', '2026-01-02T23:59:59.999Z'].map((placedAt) => decisionOn(sampleOrder({ placedAt })));
    await storeDecisions(store.pool, store.partitions, edges);
    const rows = await store.pool.query('select from order_state_20260102');
    expect(rows.rowCount).toBe(2);
  });

  it('can be made while a long reader holds the table, as a backup does', async () => {
    const reader = await store.pool.connect();
    try {
      await reader.query('begin');
      await reader.query('select count(*) from order_state');
      await storeDecisions(store.pool, store.partitions, [placedOn('2026-01-04')]);
      expect(await days()).toContain('2026-01-04');
    } finally {
      await reader.query('rollback');
      reader.release();
    }
  });

  it('of today and tomorrow are there after the upkeep', async () => {
    await keepPartitions({ pool: store.pool, partitions: store.partitions, log }, 60);
    expect(await days()).toEqual(expect.arrayContaining([dayAgo(0), dayAgo(-1)]));
  });
});

describe('retention', () => {
  const parts = () => ({ pool: store.pool, partitions: store.partitions, log });

  it('drops an old day without young decisions, keeps one that was decided lately, and keeps young days', async () => {
    const [quiet, busy, young] = [dayAgo(90), dayAgo(91), dayAgo(59)];
    await storeDecisions(store.pool, store.partitions, [placedOn(quiet), placedOn(busy), placedOn(young)]);
    await age(quiet, 61);
    await age(young, 61);
    await keepPartitions(parts(), 60);
    expect(await days()).not.toContain(quiet);
    expect(await days()).toEqual(expect.arrayContaining([busy, young]));
  });

  it('makes the partition again when an order comes for a day that this replica believes to exist', async () => {
    const gone = dayAgo(100);
    await storeDecisions(store.pool, store.partitions, [placedOn(gone)]);
    await age(gone, 61);
    await keepPartitions({ ...parts(), partitions: createPartitions(store.pool) }, 60);
    expect(await days()).not.toContain(gone);
    const late = placedOn(gone);
    await storeDecisions(store.pool, store.partitions, [late]);
    expect(await readDecisions(store.pool, [{ orderId: late.order.orderId, day: gone }])).toHaveLength(1);
  });

  it('gives up at once behind a long reader, so that nobody waits, and drops the day in the next round', async () => {
    const held = dayAgo(80);
    await storeDecisions(store.pool, store.partitions, [placedOn(held)]);
    await age(held, 61);
    const reader = await store.pool.connect();
    try {
      await reader.query('begin');
      await reader.query('select count(*) from order_state');
      await keepPartitions(parts(), 60);
      expect(await days()).toContain(held);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    await keepPartitions(parts(), 60);
    expect(await days()).not.toContain(held);
  });

  it('never loses an order that comes in while its old day is being dropped', async () => {
    const contested = dayAgo(120);
    for (let round = 0; round < 10; round += 1) {
      await storeDecisions(store.pool, store.partitions, [decisionOn(sampleOrder({ orderId: newId(), placedAt: `${contested}T01:00:00Z` }))]);
      await age(contested, 61);
      const late = placedOn(contested);
      await Promise.all([keepPartitions({ ...parts(), partitions: createPartitions(store.pool) }, 60), storeDecisions(store.pool, store.partitions, [late])]);
      expect(await readDecisions(store.pool, [{ orderId: late.order.orderId, day: contested }])).toHaveLength(1);
      await age(contested, 61);
    }
  });
});
