import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, startFaultProxy, waitUntil, type FaultProxy, type TestDatabase } from '@pes/testkit';
import { createPool, inTransaction, isConnectionError, select, type Pool } from '../src/index.ts';

let database: TestDatabase;
let proxy: FaultProxy;
let pool: Pool;

const one = { name: 'one', text: 'select 1 as one' };
/** The limits are short here, so that on a busy machine one try may run into them. */
const works = (): Promise<unknown> => waitUntil(async () => (await select<{ one: number }>(pool, one))[0]?.one === 1, { timeoutMs: 5_000, what: 'a statement to succeed' });
const rejection = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'no error', (error: unknown) => error);

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startFaultProxy({ targetPort: Number(new URL(database.url).port) });
  pool = createPool({ url: proxy.through(database.url), applicationName: 'spec', maxConnections: 1, connectTimeoutMs: 300, statementTimeoutMs: 300 });
});

beforeEach(async () => {
  await proxy.setFault('none');
  await works();
});

afterAll(async () => {
  await pool.end();
  await proxy.close();
  await database.drop();
});

describe('a pool behind a bad network', () => {
  it.each(['reset', 'cut-after-request'] as const)('reports a connection error on %s and recovers once it is over', async (fault) => {
    await proxy.setFault(fault);
    expect(isConnectionError(await rejection(select(pool, one)))).toBe(true);
    await proxy.setFault('none');
    await works();
  });

  it('gives up on a half-open connection a little after the statement timeout, and replaces it', async () => {
    await proxy.setFault('half-open');
    const startedAt = performance.now();
    expect(isConnectionError(await rejection(inTransaction(pool, (client) => select(client, one))))).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(7_000);
    expect(pool.totalCount).toBe(0);
    await proxy.setFault('none');
    await works();
  });

  it('gives up on a connect that gets no answer', async () => {
    await proxy.setFault('reset');
    await rejection(select(pool, one));
    await proxy.setFault('blackhole');
    expect(isConnectionError(await rejection(select(pool, one)))).toBe(true);
  });
});
