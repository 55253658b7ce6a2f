import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@pes/kernel';
import { applyAccounts } from '@pes/registry';
import { createPool, migrate, type Pool } from '@pes/store';
import { createTestDatabase, waitUntil } from '@pes/testkit';
import { claimPushes } from '../src/data-access/claim-pushes.sql.ts';
import { adaptBuckets, upsertLanes } from '../src/data-access/lanes.sql.ts';
import { migrations, schema } from '../src/migrations.ts';
import { aManifest, anAccount, anOrder, ids } from './order-fixture.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Pool;
let number = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate({ url: database.url, schema, migrations });
  db = createPool({ url: database.url, applicationName: 'test', maxConnections: 1, schema });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});
beforeEach(async () => {
  await db.query('truncate push, order_snapshot, lane, bucket, account');
});

interface LaneOptions {
  ordersPerRequest?: number;
  tokens: number;
  bucketKey?: string;
  ordersPerMessage?: number;
}

/** A lane whose bucket does not refill, so that only what is charged changes it. */
async function lane(accountId: string, { ordersPerRequest, tokens, bucketKey = 'b', ordersPerMessage = 50 }: LaneOptions): Promise<void> {
  await applyAccounts(db, [{ ...anAccount({ accountId }), version: 1 }]);
  const manifest = aManifest({ maxInFlight: 1_000, ordersPerMessage });
  await upsertLanes(db, [{
    accountId, bucketKey, limits: { capacity: tokens, refillPerSecond: 0, leaseMs: 60_000 },
    manifest: { ...manifest, rateLimit: { ...manifest.rateLimit, ...(ordersPerRequest !== undefined && { ordersPerRequest }) } },
  }]);
}

async function queue(accountId: string, count: number, state: { state?: string; checkFirst?: boolean } = {}): Promise<void> {
  for (let place = 0; place < count; place += 1) {
    number += 1;
    const orderId = newId();
    await db.query(
      `insert into order_snapshot (order_id, subscriber_id, site_id, order_number, version, eligible, item_numbers, snapshot, decided_at)
        values ($1, $2, $3, $4, 1, true, '{1}', $5, now())`,
      [orderId, ids.subscriber, ids.site, number, JSON.stringify(anOrder({ orderId, orderNumber: number }))]);
    await db.query(
      `insert into push (push_id, order_id, account_id, subscriber_id, site_id, order_number, provider, reference, state, message, check_first, run_at)
        values ($1, $2, $3, $4, $5, $6, 'acme-press', $7, $8, '', $9, now() - interval '1 second')`,
      [newId(), orderId, accountId, ids.subscriber, ids.site, number, `AE-${number}`, state.state ?? 'queued', state.checkFirst ?? false]);
  }
}

const claim = (...accountIds: string[]): Promise<unknown[]> => claimPushes(db, accountIds, 50, 0);

async function tokens(bucketKey = 'b'): Promise<number | undefined> {
  const { rows } = await db.query<{ tokens: number }>('select tokens from bucket where bucket_key = $1', [bucketKey]);
  return rows[0]?.tokens;
}

describe('what a claim is charged', () => {
  it('one token an order where every order is a call of its own', async () => {
    await lane(ids.accountA, { tokens: 5 });
    await queue(ids.accountA, 8);
    expect(await claim(ids.accountA)).toHaveLength(5);
    expect(await tokens()).toBe(0);
  });

  it('one token for as many orders as share a call', async () => {
    await lane(ids.accountA, { tokens: 5, ordersPerRequest: 50 });
    await queue(ids.accountA, 30);
    expect(await claim(ids.accountA)).toHaveLength(30);
    expect(await tokens()).toBe(4);
  });

  it('a part of a call is a call', async () => {
    await lane(ids.accountA, { tokens: 5, ordersPerRequest: 10 });
    await queue(ids.accountA, 21);
    expect(await claim(ids.accountA)).toHaveLength(21);
    expect(await tokens()).toBe(2);
  });

  it('no more orders than the tokens have calls for', async () => {
    await lane(ids.accountA, { tokens: 2, ordersPerRequest: 10 });
    await queue(ids.accountA, 25);
    expect(await claim(ids.accountA)).toHaveLength(20);
    expect(await tokens()).toBe(0);
    expect(await claim(ids.accountA)).toEqual([]);
  });

  it.each([{ state: 'checking' }, { state: 'retrying', checkFirst: true }])('orders that may be at the provider go alone and pay alone: %j', async (state) => {
    await lane(ids.accountA, { tokens: 5, ordersPerRequest: 50 });
    await queue(ids.accountA, 8, state);
    expect(await claim(ids.accountA)).toHaveLength(5);
    expect(await tokens()).toBe(0);
  });

  it('a mixture pays for each of the former and once for the rest', async () => {
    await lane(ids.accountA, { tokens: 5, ordersPerRequest: 50 });
    await queue(ids.accountA, 3, { state: 'checking' });
    await queue(ids.accountA, 20);
    expect(await claim(ids.accountA)).toHaveLength(23);
    expect(await tokens()).toBe(1);
  });

  it('lanes with the same credentials share the tokens', async () => {
    await lane(ids.accountA, { tokens: 3, ordersPerRequest: 10, ordersPerMessage: 15 });
    await lane(ids.accountB, { tokens: 3, ordersPerRequest: 10, ordersPerMessage: 15 });
    await queue(ids.accountA, 30);
    await queue(ids.accountB, 30);
    // Two calls for fifteen orders of the first, one call for ten of the second.
    expect(await claim(ids.accountA, ids.accountB)).toHaveLength(25);
    expect(await tokens()).toBe(0);
  });
});

describe('what the provider says about the rate', () => {
  const slowDown = (remaining: number, holdMs = 0): Promise<void> =>
    adaptBuckets(db, [{ accountId: ids.accountA, remaining, holdUntilMs: holdMs === 0 ? 0 : Date.now() + holdMs }]);

  it('takes tokens away from every account with these credentials', async () => {
    await lane(ids.accountA, { tokens: 5 });
    await lane(ids.accountB, { tokens: 5 });
    await lane('11111111-0000-7000-8000-00000000000c', { tokens: 5, bucketKey: 'other' });
    await queue(ids.accountB, 8);
    await slowDown(2);
    expect(await claim(ids.accountB)).toHaveLength(2);
    expect(await tokens('other')).toBe(5);
  });

  it('holds until the window ends, then goes on', async () => {
    await lane(ids.accountA, { tokens: 5 });
    await queue(ids.accountA, 3);
    await slowDown(4, 400);
    expect(await claim(ids.accountA)).toEqual([]);
    const claimed = await waitUntil(async () => {
      const rows = await claim(ids.accountA);
      return rows.length > 0 && rows;
    });
    expect(claimed).toHaveLength(3);
  });
});
