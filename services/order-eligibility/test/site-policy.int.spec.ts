import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { consumers, eventTypes, subjects, type OrderSnapshot, type RegistrySite } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { publish, type Consumption } from '@pes/messaging';
import { waitUntil } from '@pes/testkit';
import { replaceDecisions } from '../src/data-access/replace-decisions.sql.ts';
import { storeDecisions } from '../src/data-access/store-decisions.ts';
import { upsertPolicies } from '../src/data-access/upsert-policies.sql.ts';
import { decideBatch } from '../src/entry-points/on-order-event.ts';
import { decodeSitePolicy, startSitePolicies } from '../src/entry-points/on-site-policy.ts';
import { redecideOrders } from '../src/entry-points/redecide-orders.ts';
import { deadLetters, decisionOn, openTestService, publishedDecisions, type TestService } from './eligibility-setup.ts';
import { sampleItem, sampleOrder, subscriberId } from './sample-order.ts';

let service: TestService;
let consumption: Consumption | undefined;
beforeAll(async () => { service = await openTestService(); });
afterEach(async () => { await consumption?.stop(); consumption = undefined; });
afterAll(() => service.close());

const site = (changes: Partial<RegistrySite> = {}): RegistrySite => ({ subscriberId, siteId: newId(), name: 'Sample Diner', invalidItemPolicy: 'skip-item', version: 1, ...changes });
const cancelled = sampleItem(2, { status: { state: 'cancelled' } });

function orderOf(siteId: string, changes: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return sampleOrder({ siteId, items: [sampleItem(1), cancelled], ...changes });
}

async function decideNow(...orders: OrderSnapshot[]): Promise<void> {
  await decideBatch(service, orders.map((order) => ({ order, snapshotJson: JSON.stringify(order) })));
}

async function announce(policy: RegistrySite, subject = subjects.registrySite(policy.subscriberId, policy.siteId)): Promise<void> {
  await publish(service.bus, { subject, type: eventTypes.registrySite, id: newId(), source: 'test', data: policy });
  consumption ??= startSitePolicies(service);
  await waitUntil(async () => {
    const info = await service.bus.jsm.consumers.info(consumers.eligibilitySites.stream, consumers.eligibilitySites.durable);
    return info.num_pending === 0 && info.num_ack_pending === 0;
  }, { what: 'the site policy to be acknowledged' });
}

async function resultsOf(order: OrderSnapshot): Promise<string[]> {
  const decisions = (await publishedDecisions(service.bus)).filter(({ orderId }) => orderId === order.orderId);
  return decisions.map(({ version, result, itemNumbers }) => `v${version} ${result} ${itemNumbers.join(',')}`.trim());
}

describe('a site policy', () => {
  it('decides which items go, for orders that come after it', async () => {
    const skipping = site();
    await announce(skipping);
    const [here, elsewhere] = [orderOf(skipping.siteId), orderOf(newId())];
    await decideNow(here, elsewhere);
    expect(await resultsOf(here)).toEqual(['v1 eligible 1']);
    expect(await resultsOf(elsewhere)).toEqual(['v1 waiting']);
  });

  it('that changes decides the site\'s orders anew, waiting and eligible ones, and leaves all others alone', async () => {
    const policy = site();
    const affected = Array.from({ length: 230 }, () => orderOf(policy.siteId));
    const sound = orderOf(policy.siteId, { items: [sampleItem(1)] });
    const elsewhere = orderOf(newId());
    await decideNow(...affected, sound, elsewhere);
    await announce(policy);
    await announce({ ...policy, version: 2, invalidItemPolicy: 'block-order' });
    const published = await publishedDecisions(service.bus);
    for (const { orderId } of affected) {
      expect(published.filter((decision) => decision.orderId === orderId).map(({ result }) => result)).toEqual(['waiting', 'eligible', 'waiting']);
    }
    for (const { orderId } of affected.slice(0, 20)) {
      const times = published.filter((decision) => decision.orderId === orderId).map(({ decidedAt }) => decidedAt);
      expect([times, new Set(times).size]).toEqual([times.toSorted(), 3]);
    }
    expect(await resultsOf(sound)).toEqual(['v1 eligible 1']);
    expect(await resultsOf(elsewhere)).toEqual(['v1 waiting']);
  });

  it('that is older than the one known, or the same again, does nothing', async () => {
    const policy = site({ version: 7 });
    await announce(policy);
    const order = orderOf(policy.siteId);
    await decideNow(order);
    await announce({ ...policy, version: 6, invalidItemPolicy: 'block-order' });
    await announce(policy);
    expect(await resultsOf(order)).toEqual(['v1 eligible 1']);
  });

  it('takes the newest of several versions in one batch', async () => {
    const policy = site();
    await upsertPolicies(service.pool, [{ ...policy, version: 2, invalidItemPolicy: 'block-order' }, { ...policy, version: 3 }, policy, { ...policy, version: 3 }]);
    const order = orderOf(policy.siteId);
    await decideNow(order);
    expect(await resultsOf(order)).toEqual(['v1 eligible 1']);
  });

  it('reaches an order whose batch read the old policy and committed after the change', async () => {
    const policy = site();
    await announce(policy);
    const order = orderOf(policy.siteId);
    await storeDecisions(service.pool, service.partitions, [decisionOn(order, 'block-order')]);
    await redecideOrders(service);
    await redecideOrders(service);
    expect(await resultsOf(order)).toEqual(['v1 eligible 1']);
  });

  it('never overwrites a version that came in while it was being applied', async () => {
    const policy = site();
    const orders = Array.from({ length: 60 }, () => orderOf(policy.siteId));
    await decideNow(...orders);
    await upsertPolicies(service.pool, [policy]);
    const healed = orders.map((order) => ({ ...order, version: 2, items: [sampleItem(1), sampleItem(2)] }));
    await Promise.all([redecideOrders(service), redecideOrders(service), decideNow(...healed)]);
    const rows = await service.pool.query<{ version: number; item_numbers: number[] }>('select version, item_numbers from order_state where site_id = $1', [policy.siteId]);
    expect(rows.rows).toEqual(healed.map(() => ({ version: 2, item_numbers: [1, 2] })));
  });

  it('changes only the version that it was applied to, and takes one decision of several about an order', async () => {
    const policy = site();
    const [changed, kept] = [orderOf(policy.siteId), orderOf(policy.siteId)];
    await decideNow({ ...changed, version: 2 }, kept);
    await replaceDecisions(service.pool, [decisionOn(changed, 'skip-item'), decisionOn(kept, 'skip-item'), decisionOn(kept, 'skip-item')]);
    const rows = await service.pool.query('select version, result, policy from order_state where site_id = $1 order by version', [policy.siteId]);
    expect(rows.rows).toEqual([{ version: 1, result: 'eligible', policy: 'skip-item' }, { version: 2, result: 'waiting', policy: 'block-order' }]);
  });

  it('is published again after a crash between publication and writing', async () => {
    const policy = site();
    const order = orderOf(policy.siteId);
    await decideNow(order);
    await upsertPolicies(service.pool, [policy]);
    await service.pool.query('create function refuse() returns trigger language plpgsql as $$ begin raise exception \'crash\'; end $$');
    await service.pool.query('create trigger refuse before update on order_state for each row execute function refuse()');
    await expect(redecideOrders(service)).rejects.toThrow('crash');
    await service.pool.query('drop trigger refuse on order_state');
    await redecideOrders(service);
    expect(await resultsOf(order)).toEqual(['v1 waiting', 'v1 eligible 1', 'v1 eligible 1']);
    await redecideOrders(service);
    expect(await resultsOf(order)).toHaveLength(3);
  });
});

describe('a site policy that cannot be read', () => {
  const message = (value: unknown, subject: string) => ({ subject, headers: {}, body: new TextEncoder().encode(JSON.stringify(value)) });

  it.each([
    ['an unknown policy', { ...site(), invalidItemPolicy: 'ignore' }, undefined, 'schema_violation'],
    ['NUL in the name', site({ name: 'a\0' }), undefined, 'nul_character'],
    ['another site in the subject', site(), subjects.registrySite(subscriberId, newId()), 'subject_mismatch'],
  ])('%s', (_name, policy, subject, code) => {
    const decoded = decodeSitePolicy(message(policy, subject ?? subjects.registrySite(policy.subscriberId, policy.siteId)));
    expect(decoded).toMatchObject({ ok: false, code });
  });

  it('ends in DEAD and does not hold up the next one', async () => {
    const good = site();
    await announce(site(), subjects.registrySite(subscriberId, newId()));
    await announce(good);
    expect((await deadLetters(service.bus)).map(({ code, consumer }) => `${consumer} ${code}`)).toEqual(['eligibility-sites subject_mismatch']);
    const order = orderOf(good.siteId);
    await decideNow(order);
    expect(await resultsOf(order)).toEqual(['v1 eligible 1']);
  });
});
