import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { consumers, eventTypes, subjects, type OrderSnapshot } from '@pes/contracts';
import { chunk, newId } from '@pes/kernel';
import { ensureTopology, publish, type Consumption } from '@pes/messaging';
import { countStatements } from '@pes/store';
import { waitUntil } from '@pes/testkit';
import { decideBatch, startOrderIntake } from '../src/entry-points/on-order-event.ts';
import { deadLetters, openTestService, publishedDecisions, publishOrder, type TestService } from './eligibility-setup.ts';
import { fileWithoutUrl, sampleItem, sampleOrder, subscriberId } from './sample-order.ts';

let service: TestService;
let intake: Consumption | undefined;
beforeAll(async () => { service = await openTestService(); });
afterEach(async () => { await intake?.stop(); intake = undefined; });
afterAll(() => service.close());

function start(batching = { maxBatch: 200, maxWaitMs: 2, maxFlushes: 3 }): void {
  intake = startOrderIntake(service, { ...batching, maxSnapshotBytes: 1024 * 1024 });
}

async function acknowledged(): Promise<void> {
  const { stream, durable } = consumers.eligibilityOrders;
  await waitUntil(async () => {
    const info = await service.bus.jsm.consumers.info(stream, durable);
    return info.num_pending === 0 && info.num_ack_pending === 0;
  }, { what: 'every order event to be acknowledged' });
}

const decisionsOn = async (orderId: string) => (await publishedDecisions(service.bus)).filter((decision) => decision.orderId === orderId);
const asRead = (order: OrderSnapshot) => ({ order, snapshotJson: JSON.stringify(order) });

describe('order events', () => {
  it('are decided, and the decisions published to their subscriber before the events are acknowledged', async () => {
    const other = newId();
    const orders = Array.from({ length: 120 }, (_, index) => sampleOrder({
      orderNumber: 9000 + index, isPaid: index % 3 !== 0, ...(index % 2 === 0 ? { subscriberId: other } : {}),
    }));
    for (const order of orders) await publishOrder(service.bus, order);
    start();
    await acknowledged();
    const decisions = await publishedDecisions(service.bus);
    for (const order of orders) {
      const [decision, ...more] = decisions.filter(({ orderId }) => orderId === order.orderId);
      expect(more).toEqual([]);
      expect(decision).toMatchObject({ version: 1, result: order.isPaid ? 'eligible' : 'waiting', order: order.isPaid ? order : null, subscriberId: order.subscriberId });
    }
  });

  it('one at a time, as in naive mode, end in the same decisions', async () => {
    start({ maxBatch: 1, maxWaitMs: 0, maxFlushes: 16 });
    const orders = Array.from({ length: 40 }, () => sampleOrder());
    await Promise.all(orders.map((order) => publishOrder(service.bus, order)));
    await acknowledged();
    const ids = new Set((await publishedDecisions(service.bus)).map(({ orderId }) => orderId));
    expect(orders.filter(({ orderId }) => !ids.has(orderId))).toEqual([]);
  });

  it('that come late or twice publish the standing decision again and change nothing', async () => {
    start();
    const order = sampleOrder({ version: 5 });
    await publishOrder(service.bus, order);
    await acknowledged();
    await publishOrder(service.bus, { ...order, version: 4, isPaid: false });
    await publishOrder(service.bus, order);
    await acknowledged();
    const decisions = await decisionsOn(order.orderId);
    expect(new Set(decisions.map(({ version, result, decidedAt }) => `${version} ${result} ${decidedAt}`)).size).toBe(1);
    expect(decisions[0]).toMatchObject({ version: 5, result: 'eligible' });
  });

  it('say why an order waits, also when a ready file has no address', async () => {
    start();
    const order = sampleOrder({ items: [sampleItem(1), sampleItem(2, { productName: 'Door hanger', files: [fileWithoutUrl({ name: 'hanger.pdf' })] })] });
    await publishOrder(service.bus, order);
    await acknowledged();
    expect(await decisionsOn(order.orderId)).toMatchObject([{
      result: 'waiting', final: false, itemNumbers: [], order: null,
      reasons: [{ code: 'FILE_URL_MISSING', itemNumber: 2, message: expect.stringMatching(/hanger\.pdf.*Door hanger/) as unknown }],
    }]);
  });

  it('cost one SQL round trip a batch, and one more when a site policy has a say', async () => {
    const batch = Array.from({ length: 50 }, () => asRead(sampleOrder()));
    await decideBatch(service, [asRead(sampleOrder())]);
    const count = countStatements(service.pool);
    await decideBatch(service, batch);
    expect([...count.byName()]).toEqual([['eligibility-upsert-orders', 1]]);
    await decideBatch(service, [...batch.map(() => asRead(sampleOrder())), asRead(sampleOrder({ items: [sampleItem(1, { status: { state: 'cancelled' } })] }))]);
    count.stop();
    expect(count.total()).toBe(3);
  });
});

describe('bad order events', () => {
  const order = () => sampleOrder();
  const textOf = (changes: object) => JSON.stringify({ order: { ...order(), ...changes } });
  const raw = async (subject: string, data: string) => publish(service.bus, { subject, type: eventTypes.presseroOrder, id: newId(), source: 'test', data });

  it('each end in DEAD with their own code, whole, and the good ones among them are decided', async () => {
    const subject = subjects.presseroOrder('placed', subscriberId);
    const bad: [code: string, text: string][] = [
      ['schema_violation', textOf({ currency: 'Euro' })],
      ['snapshot_too_large', textOf({ notes: 'n'.repeat(5 * 1024 * 1024) })],
      ['schema_violation', textOf({ items: [sampleItem(1, { quantity: -1 })] })],
      ['nul_character', textOf({ poNumber: 'PO\0 7' })],
      ['not_json', 'order 7701 was paid'],
      ['subject_mismatch', textOf({ subscriberId: newId() })],
      ['order_date_implausible', textOf({ placedAt: '2019-05-05T05:05:05Z' })],
      ['schema_violation', textOf({ items: [sampleItem(1), sampleItem(1)] })],
    ];
    const good = bad.map(order);
    for (const [index, [, text]] of bad.entries()) {
      await raw(subject, text);
      await publishOrder(service.bus, good[index] as OrderSnapshot);
    }
    start();
    await acknowledged();
    const dead = await deadLetters(service.bus);
    expect(dead.map(({ code }) => code).sort()).toEqual(bad.map(([code]) => code).sort());
    expect(dead.every(({ subject: original, errors, consumer }) => original === subject && errors.length > 0 && consumer === 'eligibility-orders')).toBe(true);
    expect(dead.find(({ code }) => code === 'not_json')).toMatchObject({ encoding: 'base64', body: Buffer.from('order 7701 was paid').toString('base64') });
    const decided = (await publishedDecisions(service.bus)).map(({ orderId }) => orderId);
    expect(good.filter(({ orderId }) => !decided.includes(orderId))).toEqual([]);
    const metrics = await service.registry.metrics();
    expect(metrics).toContain('eligibility_dead_letters_total{consumer="eligibility-orders",code="schema_violation"} 3');
  });
});

describe('when something else fails', () => {
  it('orders wait while PostgreSQL refuses them, and are decided once it takes them again', async () => {
    const order = sampleOrder();
    await service.pool.query('alter table order_state rename to order_state_away');
    try {
      start();
      await publishOrder(service.bus, order);
      const refused = countStatements(service.pool);
      await waitUntil(() => refused.total() >= 3, { what: 'several tries' });
      refused.stop();
      expect(await decisionsOn(order.orderId)).toEqual([]);
      const info = await service.bus.jsm.consumers.info(consumers.eligibilityOrders.stream, consumers.eligibilityOrders.durable);
      expect(info.num_ack_pending).toBe(1);
    } finally {
      await service.pool.query('alter table order_state_away rename to order_state');
    }
    await acknowledged();
    expect(await decisionsOn(order.orderId)).toHaveLength(1);
  });

  it('orders are decided in the end when PostgreSQL cuts every connection again and again', async () => {
    start();
    const orders = Array.from({ length: 100 }, () => sampleOrder());
    for (const part of chunk(orders, 10)) {
      await Promise.all([
        ...part.map((order) => publishOrder(service.bus, order)),
        service.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'),
      ]);
    }
    await acknowledged();
    const decided = new Set((await publishedDecisions(service.bus)).map(({ orderId }) => orderId));
    expect(orders.filter(({ orderId }) => !decided.has(orderId))).toEqual([]);
  });

  it('orders that are stored but could not be published are published once the stream is there again', async () => {
    start();
    await service.bus.jsm.streams.delete('ORDERS');
    const order = sampleOrder();
    await publishOrder(service.bus, order);
    await waitUntil(async () => (await service.pool.query('select from order_state where order_id = $1', [order.orderId])).rowCount === 1, { what: 'the order to be stored' });
    const info = await service.bus.jsm.consumers.info(consumers.eligibilityOrders.stream, consumers.eligibilityOrders.durable);
    expect(info.num_ack_pending).toBe(1);
    await ensureTopology(service.bus, { replicas: 1, storageBudgetBytes: 256 * 1024 * 1024 });
    await acknowledged();
    expect(await decisionsOn(order.orderId)).toMatchObject([{ result: 'eligible', order }]);
  });
});
