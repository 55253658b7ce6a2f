import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderDecision, PushChange } from '@pes/contracts';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase } from '@pes/testkit';
import fc from 'fast-check';
import { orderTotals, pushTotals } from '../src/data-access/order-totals.sql.ts';
import { storeChanges } from '../src/data-access/store-changes.sql.ts';
import { storeDecisions } from '../src/data-access/store-decisions.sql.ts';
import { orderStates, pushStates, type OrderState } from '../src/domain/order-state.ts';
import { changeRows, decisionRows } from '../src/domain/read-rows.ts';
import { migrations, schema } from '../src/migrations.ts';
import { ids } from './fixtures.ts';
import { aChange, aDecision, aNoTarget, aWaitingDecision, changed, decided } from './read-model-fixtures.ts';

let database: { url: string; drop(): Promise<void> };
let db: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ url: database.url, schema, migrations });
  db = createPool({ url: database.url, schema, applicationName: 'test', maxConnections: 8 });
});
beforeEach(() => db.query('truncate read_order, read_push, read_account, read_timeline'));
afterAll(async () => {
  await db.end();
  await database.drop();
});

type Event = { decision: OrderDecision } | { change: PushChange };

async function store(batch: readonly Event[]): Promise<void> {
  await storeDecisions(db, decisionRows(batch.flatMap((event) => ('decision' in event ? [decided(event.decision)] : []))));
  await storeChanges(db, changeRows(batch.flatMap((event) => ('change' in event ? [changed(ids.subscriber, event.change)] : []))));
}

const failing = ['rejected', 'dead', 'needs-person', 'blocked', 'waiting-mapping'];
const moving = ['queued', 'sending', 'retrying', 'checking'];

/** What an order must be, told from its events alone and in other words than the table's. */
function expectedState(decisions: readonly OrderDecision[], changes: readonly PushChange[]): OrderState {
  const newest = decisions.toSorted((a, b) => a.version - b.version || Date.parse(a.decidedAt) - Date.parse(b.decidedAt)).at(-1);
  const pushes = new Map<string, PushChange>();
  for (const change of changes.toSorted((a, b) => a.revision - b.revision)) if (change.pushId !== null) pushes.set(change.pushId, change);
  const states = [...pushes.values()].map(({ state }) => state as string);
  return stateOfPushes(states, newest) ?? (newest?.result === 'waiting' ? notReady(newest) : undefined)
    ?? (changes.some(({ pushId, revision }) => pushId === null && revision >= (newest?.version ?? 1)) ? 'no-target' : 'pending');
}

const notReady = (newest: OrderDecision | undefined): OrderState => (newest?.final === true && newest.result === 'waiting' ? 'closed' : 'waiting');

function stateOfPushes(states: readonly string[], newest: OrderDecision | undefined): OrderState | undefined {
  if (states.some((state) => failing.includes(state))) return 'failed';
  if (states.some((state) => moving.includes(state))) return 'sending';
  if (states.includes('withdrawn')) return notReady(newest);
  if (states.includes('sent')) return 'sent';
  return states.length > 0 ? 'dismissed' : undefined;
}

/** Everything that may be said of one order: versions, re-decisions, pushes of up to three accounts through any states, nobody's. */
const history = fc.record({
  versions: fc.array(fc.record({ result: fc.constantFrom('eligible', 'waiting', 'closed'), again: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  pushes: fc.array(fc.array(fc.constantFrom(...pushStates), { minLength: 1, maxLength: 5 }), { maxLength: 3 }),
  untargeted: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
}).map(({ versions, pushes, untargeted }) => {
  const first = aDecision();
  const decisions = versions.flatMap(({ result, again }, index) => {
    const made = result === 'eligible' ? aDecision() : aWaitingDecision({ final: result === 'closed' });
    const same = { ...made, orderId: first.orderId, orderNumber: first.orderNumber, version: index + 1 };
    // A site's policy changed: the same version the other way round, later, and without milliseconds in its time.
    return again ? [same, { ...same, result: 'waiting' as const, final: false, reasons: [], decidedAt: '2026-05-04T08:00:09Z' }] : [same];
  });
  const changes: PushChange[] = pushes.flatMap((states, account) => {
    const base = aChange(first, { accountId: [ids.east, ids.west, ids.otherSite][account]! });
    return states.map((state, index) => ({ ...base, state, revision: index + 1 }));
  });
  if (untargeted !== undefined) changes.push(aNoTarget({ ...first, version: untargeted }));
  return { decisions, changes };
});

/** The events of some orders, some of them twice, in any order, in batches of any size, several at once. */
const delivery = fc.array(history, { minLength: 1, maxLength: 6 }).chain((orders) => {
  const events: Event[] = orders.flatMap(({ decisions, changes }) => [...decisions.map((decision) => ({ decision })), ...changes.map((change) => ({ change }))]);
  return fc.record({
    orders: fc.constant(orders), order: fc.shuffledSubarray([...events.keys(), ...events.keys()].map((index, place) => ({ index, place })), { minLength: events.length * 2 }),
    events: fc.constant(events), sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }), lanes: fc.integer({ min: 1, max: 3 }),
  });
});

function batchesOf(events: readonly Event[], sizes: readonly number[]): Event[][] {
  const batches: Event[][] = [];
  for (let start = 0, n = 0; start < events.length; n += 1) {
    const size = sizes[n % sizes.length]!;
    batches.push(events.slice(start, start + size));
    start += size;
  }
  return batches;
}

async function storedRows(): Promise<unknown> {
  const strip = async (table: string, order: string): Promise<unknown> => (await db.query<{ row: unknown }>(`select to_jsonb(t) as row from ${table} t order by ${order}`)).rows;
  return { orders: await strip('read_order', 'order_id'), pushes: await strip('read_push', 'push_id'), accounts: await strip('read_account', 'account_id'), timeline: await strip('read_timeline', 'order_id, entry_key') };
}

describe('the read model', () => {
  it('is the same whatever the order, the repeats and the batches of its events, and its totals always add up', async () => {
    await fc.assert(fc.asyncProperty(delivery, async ({ orders, order, events, sizes, lanes }) => {
      await db.query('truncate read_order, read_push, read_account, read_timeline');
      const queue = batchesOf(order.map(({ index }) => events[index]!), sizes);
      await Promise.all(Array.from({ length: lanes }, async () => {
        for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) await store(batch);
      }));
      const shuffled = await storedRows();
      await store(events);
      expect(await storedRows()).toEqual(shuffled);
      await db.query('truncate read_order, read_push, read_account, read_timeline');
      await store(events);
      expect(await storedRows()).toEqual(shuffled);

      const { rows } = await db.query<{ order_id: string; state: OrderState }>('select order_id, state from read_order');
      expect(new Map(rows.map(({ order_id: id, state }) => [id, state]))).toEqual(new Map(orders.map(({ decisions, changes }) => [decisions[0]!.orderId, expectedState(decisions, changes)])));
      const totals = await orderTotals(db, ids.subscriber);
      expect(totals.reduce((sum, { count }) => sum + count, 0)).toBe(orders.length);
      const pushes = new Set(orders.flatMap(({ changes }) => changes.flatMap(({ pushId }) => (pushId === null ? [] : [pushId]))));
      expect((await pushTotals(db, ids.subscriber)).reduce((sum, { count }) => sum + count, 0)).toBe(pushes.size);
      const { rows: [inOrders] } = await db.query<{ n: number }>('select coalesce(sum((select count(*) from jsonb_object_keys(pushes))), 0)::bigint as n from read_order');
      expect(inOrders?.n).toBe(pushes.size);
    }), { numRuns: Number(process.env['READ_MODEL_RUNS'] ?? 60) });
  }, 120_000);

  it('knows every state that an order can have', async () => {
    const states = new Set<OrderState>();
    fc.sample(history, 3_000).forEach(({ decisions, changes }) => states.add(expectedState(decisions, changes)));
    expect([...states].toSorted()).toEqual([...orderStates].toSorted());
  });

  it('gives pushes that were heard of before their order its date, also when that was stored in between', async () => {
    const order = aDecision({ placedAt: '2026-04-01T12:00:00.000Z' });
    const changes = Array.from({ length: 6 }, (_, n) => aChange(order, { accountId: `33333333-0000-7000-8000-0000000000c${n}`, state: 'sent' }));
    await Promise.all([...changes.map((change) => store([{ change }])), store([{ decision: order }])]);
    const { rows } = await db.query<{ placed_at: Date }>('select placed_at from read_push union all select placed_at from read_order');
    expect(rows.map((row) => row.placed_at.toISOString())).toEqual(Array.from({ length: 7 }, () => '2026-04-01T12:00:00.000Z'));
  });

  it('takes nothing that claims the order of another subscriber', async () => {
    const order = aDecision();
    await store([{ decision: order }]);
    await storeChanges(db, changeRows([changed(ids.otherSubscriber, aChange(order, { state: 'dead' }))]));
    await storeDecisions(db, decisionRows([decided({ ...order, subscriberId: ids.otherSubscriber, version: 9, result: 'waiting' })]));
    expect(await orderTotals(db, ids.subscriber)).toEqual([{ state: 'pending', count: 1 }]);
    expect(await pushTotals(db, ids.otherSubscriber)).toEqual([]);
  });
});
