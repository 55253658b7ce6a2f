import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { consumers, subjects, type DispatchKnownRequest, type OrderSnapshot } from '@pes/contracts';
import { ensureConsumer, serveRpc } from '@pes/messaging';
import { countStatements, inTransaction } from '@pes/store';
import { waitUntil } from '@pes/testkit';
import { tryLead } from '../src/data-access/try-lead.sql.ts';
import { upsertOrders } from '../src/data-access/upsert-orders.sql.ts';
import { confirmDecisions, type ConfirmOptions } from '../src/entry-points/confirm-decisions.ts';
import { decideBatch } from '../src/entry-points/on-order-event.ts';
import { decisionOn, openTestService, publishedDecisions, type TestService } from './eligibility-setup.ts';
import { sampleOrder } from './sample-order.ts';

let service: TestService;
beforeAll(async () => { service = await openTestService(); });
afterAll(() => service.close());
beforeEach(async () => {
  await service.pool.query('truncate order_state, unconfirmed');
  await service.pool.query(`update confirm_cursor set decided_at = 'epoch'`);
  await service.bus.jsm.streams.purge('ORDERS');
});

/** Stands in for push-dispatch: knows what it read from the stream, and remembers what it was asked. */
interface Dispatch {
  asked: string[];
  known: Map<string, number>;
  /** Reads every decision that is in the stream. */
  read(): Promise<void>;
  stop(): Promise<void>;
}

function startDispatch(): Dispatch {
  const known = new Map<string, number>();
  const asked: string[] = [];
  const { stop } = serveRpc(service.bus, subjects.rpcDispatchKnown, (request) => {
    const { orders } = request as DispatchKnownRequest;
    asked.push(...orders.map(({ orderId }) => orderId));
    return Promise.resolve({ missing: orders.filter(({ orderId, version }) => (known.get(orderId) ?? 0) < version).map(({ orderId }) => orderId) });
  });
  return {
    asked, known, stop,
    async read() {
      for (const { orderId, version } of await publishedDecisions(service.bus)) known.set(orderId, Math.max(version, known.get(orderId) ?? 0));
    },
  };
}

let dispatch: Dispatch;
beforeEach(() => { dispatch = startDispatch(); });
afterEach(() => dispatch.stop());

const options: ConfirmOptions = { afterSeconds: 0, batchSize: 500, timeoutMs: 2000, maxBacklog: 1000, signal: new AbortController().signal };
const confirm = (changes: Partial<ConfirmOptions> = {}) => confirmDecisions(service, { ...options, ...changes });
const orders = (count: number): OrderSnapshot[] => Array.from({ length: count }, () => sampleOrder());

async function decideNow(list: readonly OrderSnapshot[]): Promise<void> {
  await decideBatch(service, list.map((order) => ({ order, snapshotJson: JSON.stringify(order) })));
}

const ids = (list: readonly { orderId: string }[]): string[] => list.map(({ orderId }) => orderId).sort();
const dueNow = () => service.pool.query('update unconfirmed set next_check_at = now()');
const unconfirmed = async () => (await service.pool.query<{ order_id: string; attempts: number }>('select order_id, attempts from unconfirmed')).rows;

describe('while push-dispatch knows everything', () => {
  it('asks once about each decision, in pages, and writes nothing but the cursor', async () => {
    const list = [...orders(35), sampleOrder({ isPaid: false })];
    await decideNow(list);
    await dispatch.read();
    const count = countStatements(service.pool);
    await confirm({ batchSize: 10 });
    const seen = new Map(count.byName());
    await confirm();
    count.stop();
    expect(dispatch.asked.toSorted()).toEqual(ids(list));
    expect(seen).toEqual(new Map([
      ['eligibility-read-unconfirmed', 1], ['eligibility-read-walk-limit', 1], ['eligibility-read-cursor', 1],
      ['eligibility-walk-decisions', 5], ['eligibility-move-cursor', 4], ['eligibility-count-unconfirmed', 1],
    ]));
    expect(await publishedDecisions(service.bus)).toHaveLength(36);
  });

  it('leaves decisions alone that are younger than the given age', async () => {
    await decideNow(orders(1));
    await confirm({ afterSeconds: 60 });
    expect(dispatch.asked).toEqual([]);
  });

  it('asks again about an order that is decided again', async () => {
    const [order] = orders(1) as [OrderSnapshot];
    await decideNow([order]);
    await dispatch.read();
    await confirm();
    await decideNow([{ ...order, version: 2 }]);
    await confirm();
    expect(dispatch.asked).toEqual([order.orderId, order.orderId]);
    expect(await unconfirmed()).toHaveLength(1);
  });
});

describe('when decisions got lost', () => {
  it('publishes exactly the missing ones again, and keeps them until push-dispatch knows them', async () => {
    const list = orders(20);
    await decideNow(list);
    await dispatch.read();
    const lost = list.slice(0, 7);
    for (const { orderId } of lost) dispatch.known.delete(orderId);
    await service.bus.jsm.streams.purge('ORDERS');

    await confirm();
    expect(ids(await publishedDecisions(service.bus))).toEqual(ids(lost));
    expect(await publishedDecisions(service.bus)).toEqual(expect.arrayContaining(lost.map((order) => expect.objectContaining({ order, result: 'eligible' }) as unknown)));
    expect((await unconfirmed()).map(({ order_id: id }) => id).sort()).toEqual(ids(lost));

    await dispatch.read();
    await dueNow();
    await confirm();
    expect(await unconfirmed()).toEqual([]);
    expect(await publishedDecisions(service.bus)).toHaveLength(7);
  });

  it('publishes again and again, later and later, while they stay missing', async () => {
    await decideNow(orders(1));
    await service.bus.jsm.streams.purge('ORDERS');
    await confirm();
    await dueNow();
    await confirm();
    await dueNow();
    await confirm();
    expect(await publishedDecisions(service.bus)).toHaveLength(3);
    const next = await service.pool.query<{ seconds: number }>('select extract(epoch from next_check_at - now())::float8 as seconds from unconfirmed');
    expect(next.rows[0]?.seconds).toBeGreaterThan(1);
    await confirm();
    expect(await publishedDecisions(service.bus)).toHaveLength(3);
  });

  it('publishes the decision that stands, which takes the order back when it is waiting by now', async () => {
    const [order] = orders(1) as [OrderSnapshot];
    await decideNow([order]);
    await confirm();
    await decideNow([{ ...order, version: 2, isPaid: false }]);
    await service.bus.jsm.streams.purge('ORDERS');
    await confirm();
    const published = await publishedDecisions(service.bus);
    expect(new Set(published.map(({ orderId, version, result }) => `${orderId} v${version} ${result}`))).toEqual(new Set([`${order.orderId} v2 waiting`]));
  });

  it('forgets an order that is not kept any more', async () => {
    await decideNow(orders(1));
    await confirm();
    await service.pool.query('truncate order_state');
    await dueNow();
    await confirm();
    expect(await unconfirmed()).toEqual([]);
  });

  it('loses nothing when the store of the broker is put back to an older copy', async () => {
    const before = orders(10);
    await decideNow(before);
    const snapshot = await service.nats.snapshotStore();
    const after = orders(30);
    await decideNow(after);
    await service.nats.restoreStore(snapshot);
    const left = await waitUntil(() => publishedDecisions(service.bus), { what: 'the restored broker to answer' });
    expect(ids(left)).toEqual(ids(before));
    await dispatch.read();

    await confirm();
    expect(ids(await publishedDecisions(service.bus))).toEqual(ids([...before, ...after]));
    await dispatch.read();
    await dueNow();
    await confirm();
    expect(await unconfirmed()).toEqual([]);
  });
});

describe('the walk', () => {
  it('does not pass a transaction that is still open, and finds its rows once it has committed', async () => {
    const late = sampleOrder();
    await decideNow([sampleOrder()]);
    await inTransaction(service.pool, async (client) => {
      await upsertOrders(client, [decisionOn(late)]);
      const overtaking = orders(3);
      await decideNow(overtaking);
      await confirm();
      expect(dispatch.asked).not.toContain(late.orderId);
    });
    await confirm();
    expect(dispatch.asked).toContain(late.orderId);
  });

  it('misses no row of many transactions that overlap each other and the walk', async () => {
    const all = orders(300);
    await service.partitions.ensure([new Date().toISOString().slice(0, 10)]);
    let writing = true;
    const walking = (async () => { while (writing) await confirm(); })();
    await Promise.all([0, 1, 2].map(async (writer) => {
      for (let index = writer; index < all.length; index += 3) {
        await inTransaction(service.pool, async (client) => {
          await upsertOrders(client, [decisionOn(all[index] as OrderSnapshot)]);
          if (index % 7 === 0) await client.query('select pg_sleep(0.01)');
        });
      }
    }));
    writing = false;
    await walking;
    await confirm();
    expect(new Set(all.filter(({ orderId }) => !dispatch.asked.includes(orderId)))).toEqual(new Set());
  });

  it('stays where it is while push-dispatch does not answer, or answers nonsense', async () => {
    const list = orders(2);
    await decideNow(list);
    await dispatch.stop();
    await expect(confirm({ timeoutMs: 200 })).rejects.toThrow();
    const nonsense = serveRpc(service.bus, subjects.rpcDispatchKnown, () => Promise.resolve({ error: 'no' }));
    await expect(confirm()).rejects.toThrow(/unreadable answer.*missing/);
    await nonsense.stop();
    dispatch = startDispatch();
    await confirm();
    expect(dispatch.asked.toSorted()).toEqual(ids(list));
  });

  it('waits while push-dispatch has a backlog, because what is unread is not missing', async () => {
    await decideNow(orders(3));
    await ensureConsumer(service.bus, consumers.dispatchDecisions);
    try {
      await confirm({ maxBacklog: 0 });
      expect(dispatch.asked).toEqual([]);
    } finally {
      await service.bus.jsm.consumers.delete(consumers.dispatchDecisions.stream, consumers.dispatchDecisions.durable);
    }
    await confirm({ maxBacklog: 0 });
    expect(dispatch.asked).toHaveLength(3);
  });
});

describe('tryLead', () => {
  it('lets one replica work at a time, and the next one when it is done or has failed', async () => {
    const running: string[] = [];
    let others: boolean[] = [];
    const led = await tryLead(service.pool, async () => {
      others = await Promise.all(['b', 'c'].map((name) => tryLead(service.pool, () => { running.push(name); return Promise.resolve(); })));
    });
    expect([led, others, running]).toEqual([true, [false, false], []]);
    await expect(tryLead(service.pool, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await tryLead(service.pool, () => Promise.resolve())).toBe(true);
  });
});
