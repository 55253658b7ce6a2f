import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjects, type OrderDecision, type OrderSnapshot } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { callRpc } from '@pes/messaging';
import { decideBatch } from '../src/entry-points/on-order-event.ts';
import { serveRequests } from '../src/entry-points/serve-requests.ts';
import { openTestService, publishedDecisions, type TestService } from './eligibility-setup.ts';
import { sampleItem, sampleOrder, siteId, subscriberId } from './sample-order.ts';

let service: TestService;
let requests: { stop(): Promise<void> };
beforeAll(async () => {
  service = await openTestService();
  requests = serveRequests(service);
});
afterAll(async () => {
  await requests.stop();
  await service.close();
});

const ask = async <T>(subject: string, request: object): Promise<T> => (await callRpc(service.bus, subject, request, 5_000)) as T;
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

async function decideNow(...orders: OrderSnapshot[]): Promise<void> {
  await decideBatch(service, orders.map((order) => ({ order, snapshotJson: JSON.stringify(order) })));
}

interface Redecided { orders: Array<{ orderId: string; result: string; reasons: Array<{ code: string }> }>; next: { day: string; orderId: string } | null }

async function everyPage(request: object): Promise<{ pages: number; orders: Redecided['orders'] }> {
  const orders: Redecided['orders'] = [];
  let after: Redecided['next'] = null;
  for (let pages = 1; ; pages += 1) {
    const page: Redecided = await ask<Redecided>(subjects.rpcEligibilityRedecide, { ...request, ...(after !== null && { after }) });
    orders.push(...page.orders);
    if (page.next === null) return { pages, orders };
    after = page.next;
  }
}

describe('rpc.eligibility.redecide', () => {
  it('publishes a later decision of the same version for every order of the sites since a day, in pages over many days', async () => {
    const [site, otherSite] = [newId(), newId()];
    const recent = Array.from({ length: 23 }, (_, n) => sampleOrder({ siteId: site, placedAt: daysAgo(n % 12), isPaid: n % 4 !== 0 }));
    const left = [sampleOrder({ siteId: site, placedAt: daysAgo(40) }), sampleOrder({ siteId: otherSite }), sampleOrder({ siteId: site, subscriberId: newId() })];
    await decideNow(...recent, ...left);
    const before = await publishedDecisions(service.bus);
    const { pages, orders } = await everyPage({ subscriberId, siteIds: [site], fromDay: daysAgo(30).slice(0, 10), limit: 5 });
    expect(pages).toBeGreaterThanOrEqual(5);
    expect(new Set(orders.map(({ orderId }) => orderId))).toEqual(new Set(recent.map(({ orderId }) => orderId)));
    expect(orders.length).toBe(23);
    expect(orders.filter(({ result }) => result === 'waiting').map(({ reasons }) => reasons[0]?.code)).toEqual(Array.from({ length: 6 }, () => 'ORDER_NOT_PAID'));

    const fresh = (await publishedDecisions(service.bus)).slice(before.length);
    const standing = new Map(before.map((decision) => [decision.orderId, decision]));
    expect(fresh).toHaveLength(23);
    for (const decision of fresh) {
      const { decidedAt: then, ...was } = standing.get(decision.orderId)!;
      const { decidedAt, ...is } = decision;
      expect(is).toEqual(was);
      expect(Date.parse(decidedAt)).toBeGreaterThan(Date.parse(then));
    }
    const { rows } = await service.pool.query<{ n: number }>('select count(*)::bigint as n from order_state where site_id = $1 and decided_at > $2', [otherSite, fresh[0]!.decidedAt]);
    expect(rows[0]?.n).toBe(0);
  });

  it('of one order leaves the others alone, and of somebody else\'s order does nothing', async () => {
    const [mine, other] = [sampleOrder(), sampleOrder()];
    await decideNow(mine, other);
    const before = (await publishedDecisions(service.bus)).length;
    expect(await ask(subjects.rpcEligibilityRedecide, { subscriberId, orderId: mine.orderId, fromDay: '1970-01-01' })).toMatchObject({ orders: [{ orderId: mine.orderId, result: 'eligible' }], next: null });
    expect(await ask(subjects.rpcEligibilityRedecide, { subscriberId: newId(), orderId: mine.orderId, fromDay: '1970-01-01' })).toEqual({ orders: [], next: null });
    expect((await publishedDecisions(service.bus)).slice(before).map(({ orderId }) => orderId)).toEqual([mine.orderId]);
  });

  it('that breaks its schema is answered with what is wrong', async () => {
    expect(await ask(subjects.rpcEligibilityRedecide, { subscriberId, fromDay: 'yesterday' })).toEqual({ error: expect.stringContaining('/fromDay') });
  });
});

describe('rpc.eligibility.decisions', () => {
  it('gives every standing decision once, in order of decision, without snapshots and with the order date', async () => {
    const waiting = sampleOrder({ isPaid: false, placedAt: daysAgo(3), items: [sampleItem(1)] });
    await decideNow(waiting);
    const all: Array<OrderDecision & { placedAt: string }> = [];
    for (let after: object | undefined; ;) {
      const { decisions } = await ask<{ decisions: Array<OrderDecision & { placedAt: string }> }>(subjects.rpcEligibilityDecisions, { ...(after !== undefined && { after }), limit: 7 });
      all.push(...decisions);
      const last = decisions.at(-1);
      if (last === undefined) break;
      after = { decidedAt: last.decidedAt, orderId: last.orderId };
    }
    const { rows } = await service.pool.query<{ order_id: string }>('select order_id from order_state order by decided_at, order_id');
    expect(all.map(({ orderId }) => orderId)).toEqual(rows.map((row) => row.order_id));
    expect(all.find(({ orderId }) => orderId === waiting.orderId)).toEqual({
      orderId: waiting.orderId, orderNumber: waiting.orderNumber, version: 1, subscriberId, siteId, result: 'waiting', final: false, itemNumbers: [], decidedAt: expect.any(String), placedAt: waiting.placedAt,
      reasons: [{ code: 'ORDER_NOT_PAID', itemNumber: null, message: expect.any(String) }],
    });
  });
});
