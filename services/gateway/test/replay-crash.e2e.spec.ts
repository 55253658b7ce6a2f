import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callRpc, connectBus, ensureTopology, type Bus } from '@pes/messaging';
import { createPool, type Pool } from '@pes/store';
import { createTestDatabase, spawnProcess, startNats, waitUntil, type NatsServer, type SpawnedProcess, type TestDatabase } from '@pes/testkit';
import { schema } from '../src/migrations.ts';
import { subjectOf, type Verb } from '../src/requests.ts';
import { makeDeadOrders, playProvider } from './dead-orders.ts';

const count = 5_000;
const velocityPerSecond = 200;

interface Replay { id: string; state: string; counts: { total: number; sent: number; succeeded: number; failed: number; skipped: number; pending: number } }

let nats: NatsServer;
let database: TestDatabase;
let bus: Bus;
let db: Pool;
let dispatchDb: Pool;
const processes: SpawnedProcess[] = [];

async function startProcess(entry: string, env: Record<string, string> = {}): Promise<SpawnedProcess> {
  const process = await spawnProcess({
    entry: fileURLToPath(new URL(entry, import.meta.url)), env: { NATS_URL: nats.url, DATABASE_URL: database.url, STREAM_STORAGE_MB: '1024', LOG_LEVEL: 'warn', ...env },
  });
  processes.push(process);
  await process.ready(60_000);
  return process;
}

const startGateway = (): Promise<SpawnedProcess> => startProcess('../src/main.ts', { COMPARE_DEAD_MS: '1000', REPLAY_LEASE_MS: '2000' });
const request = async <T>(verb: Verb, params: object = {}): Promise<T> => (await callRpc(bus, subjectOf(verb), params, 20_000)) as T;

beforeAll(async () => {
  nats = await startNats();
  database = await createTestDatabase();
  bus = await connectBus({ servers: nats.url, name: 'test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 1024 * 1024 * 1024 });
  db = createPool({ url: database.url, applicationName: 'test', maxConnections: 1, schema });
  dispatchDb = createPool({ url: database.url, applicationName: 'test', maxConnections: 1, schema: 'dispatch' });
}, 60_000);
afterAll(async () => {
  for (const process of processes) await process.stop();
  await bus.close();
  await Promise.all([db.end(), dispatchDb.end()]);
  await database.drop();
  await nats.stop();
}, 60_000);

describe('a replay whose worker is killed', () => {
  it(`sends each of ${count} dead letters once, at ${velocityPerSecond} a second, through a SIGKILL of the gateway halfway`, async () => {
    await startProcess('../../push-dispatch/src/main.ts');
    await makeDeadOrders(bus, dispatchDb, count);
    const provider = playProvider(bus);
    const gateway = await startGateway();
    const openLetters = async (): Promise<number | undefined> => (await db.query<{ n: number }>(`select count(*) as n from dead_letter where status = 'open'`)).rows[0]?.n;
    await waitUntil(async () => (await openLetters()) === count, { timeoutMs: 60_000, intervalMs: 200, what: 'the dead letters to be stored' });

    const startedAtMs = Date.now();
    const { replay: { id } } = await request<{ replay: Replay }>('replay.start', { filter: { kind: 'push' }, velocityPerSecond, actor: 'kim' });
    const sent = async (): Promise<number> => (await db.query<{ n: number }>('select count(*) as n from replay_item where job_id = $1 and sent_at is not null', [id])).rows[0]?.n ?? 0;
    await waitUntil(async () => (await sent()) >= count / 2, { timeoutMs: 120_000 });
    await gateway.kill('SIGKILL');
    const sentAtKill = await sent();
    expect(sentAtKill).toBeLessThan(count);
    await startGateway();
    const restartedAtMs = Date.now();
    await waitUntil(async () => (await sent()) > sentAtKill, { timeoutMs: 10_000 });
    const resumedAfterMs = Date.now() - restartedAtMs;
    const finished = await waitUntil(async () => {
      const { replay } = await request<{ replay: Replay }>('replay.show', { id });
      return replay.state === 'finished' && replay;
    }, { timeoutMs: 180_000, intervalMs: 500, what: 'the replay to finish' });

    expect(finished.counts).toEqual({ total: count, pending: 0, sent: count, succeeded: count, failed: 0, skipped: 0 });
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual((count / velocityPerSecond) * 1000 * 0.98);
    // The provider is the witness, then push-dispatch: one order each, one command each.
    expect(provider.ledger.size).toBe(count);
    expect([...provider.ledger.values()].filter((times) => times !== 1)).toEqual([]);
    const { rows: [commands] } = await dispatchDb.query('select count(*) as n, count(distinct push_id) as pushes, count(distinct command_id) as commands from applied_command');
    expect(commands).toEqual({ n: count, pushes: count, commands: 1 });
    expect(resumedAfterMs).toBeLessThan(5_000);
    await provider.stop();
  }, 480_000);
});
