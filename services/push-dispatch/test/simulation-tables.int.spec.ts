import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ids } from './order-fixture.ts';
import { answerOf, readFake, readReal } from './simulation/compare-tables.ts';
import { createRandom, type Random } from './simulation/random.ts';
import { openRealTables, type RealTables } from './simulation/real-tables.ts';
import { rulesWith, type Mistake } from './simulation/rules.ts';
import { anOperation } from './simulation/table-operations.ts';
import { createTables, type Tables } from './simulation/tables.ts';

const seeds = process.env['PES_SEED'] === undefined ? Array.from({ length: 20 }, (_, place) => place + 1) : [Number(process.env['PES_SEED'])];
const operationsPerSeed = 60;
const accountC = '11111111-0000-7000-8000-00000000000c';
const startedAtMs = Math.floor(Date.now() / 1_000) * 1_000;

let real: RealTables;

/** Three lanes, two of which share a bucket. */
function fakeTables(random: Random, nowMs: () => number, mistakes: readonly Mistake[]): Tables {
  const tables = createTables(nowMs, rulesWith({ mistakes }), () => `new-${random.next()}`);
  for (const bucketKey of ['shared', 'own']) {
    tables.buckets.set(bucketKey, { bucketKey, capacity: 4, refillPerSecond: 0.125, tokens: 4, refilledAtMs: nowMs(), holdUntilMs: -Infinity });
  }
  for (const [accountId, bucketKey] of [[ids.accountA, 'shared'], [ids.accountB, 'shared'], [accountC, 'own']] as const) {
    tables.accounts.set(accountId, { accountId, subscriberId: ids.subscriber, name: 'Acme', state: 'active' });
    tables.lanes.set(accountId, {
      accountId, provider: 'acme-press', bucketKey, maxInFlight: random.between(1, 3), ordersPerMessage: random.between(1, 3), leaseMs: 90_000, servedAtMs: -Infinity,
      pausedUntilMs: -Infinity, pauseCode: null, pauseMessage: null, operatorPaused: false,
    });
  }
  return tables;
}

/** The fake tables take over the keys that the real ones gave to new pushes. */
async function takeKeys(tables: Tables): Promise<void> {
  const { rows } = await real.db.query<{ push_id: string; order_id: string; account_id: string }>('select push_id, order_id, account_id from push');
  const keys = new Map(rows.map((row) => [`${row.order_id}/${row.account_id}`, row.push_id]));
  for (const push of tables.pushes) push.pushId = keys.get(`${push.orderId}/${push.accountId}`) ?? push.pushId;
}

async function compareRun(seed: number, mistakes: readonly Mistake[] = []): Promise<void> {
  const random = createRandom(seed);
  let nowMs = startedAtMs;
  const tables = fakeTables(random, () => nowMs, mistakes);
  await real.setTime(nowMs);
  await real.fillFrom(tables);
  for (let place = 1; place <= operationsPerSeed; place += 1) {
    const operation = anOperation({ tables, db: real.db, random, startedAtMs });
    const expected = await operation.real();
    const before = tables.pushes.length;
    const actual = operation.fake();
    if (tables.pushes.length > before) await takeKeys(tables);
    const where = { seed, place, operation: operation.name };
    if (tables.pushes.length === before) expect({ ...where, answer: answerOf(actual) }).toEqual({ ...where, answer: answerOf(expected) });
    expect({ ...where, ...readFake(tables) }).toEqual({ ...where, ...await readReal(real.db) });
    if (!random.chance(0.5)) continue;
    nowMs += random.pick([1_000, 7_000, 15_000, 20_000, 60_000, 90_000, 600_000]);
    await real.setTime(nowMs);
  }
}

beforeAll(async () => { real = await openRealTables(); });
afterAll(() => real.stop());

describe('the tables of the simulation', () => {
  it.each(seeds)('hold and answer what PostgreSQL does after the same operations, seed %i', (seed) => compareRun(seed));

  it.each<Mistake>(['olderDecisionWins', 'fenceIsIgnored', 'claimIgnoresPlaces', 'commandsRepeat'])('would not pass with a mistake in them: %s', async (mistake) => {
    await expect((async () => {
      for (let seed = 1; seed <= 10; seed += 1) await compareRun(seed, [mistake]);
    })()).rejects.toThrow('toEqual');
  });
});
