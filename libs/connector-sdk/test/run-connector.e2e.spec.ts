import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, subjects, type PushOutcomes, type PushResult, type PushWorkItem } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { connectBus, ensureTopology, publish, type Bus } from '@pes/messaging';
import { deriveProviderKey, formatKeyRing, seal } from '@pes/secrets';
import { spawnProcess, startNats, waitUntil, type NatsServer, type SpawnedProcess } from '@pes/testkit';
import { startToyProvider, type ToyProvider } from './toy-provider.ts';
import { accountId, pushWork, subscriberId, workItem } from './toy-work.ts';

const provider = 'toy-process';
const key = deriveProviderKey(randomBytes(32), provider, 'k1');
const entry = fileURLToPath(new URL('./programs/toy-connector.ts', import.meta.url));
const processes: SpawnedProcess[] = [];

let server: NatsServer;
let bus: Bus;
let toy: ToyProvider;

beforeAll(async () => {
  server = await startNats();
  bus = await connectBus({ servers: server.url, name: 'test' });
  await ensureTopology(bus, { replicas: 1, storageBudgetBytes: 512 * 1024 * 1024 });
  toy = await startToyProvider({ answerAfter: (reference) => sleep(reference.startsWith('SLOW') ? 1_000 : 0) });
});
afterEach(async () => {
  for (const process of processes.splice(0)) await process.stop();
});
afterAll(async () => {
  await toy.close();
  await bus.close();
  await server.stop();
});

async function spawn(change: Record<string, string> = {}): Promise<SpawnedProcess> {
  const env = { NATS_URL: server.url, CREDENTIAL_KEYS: formatKeyRing([key]), EGRESS_ALLOW: '127.0.0.1:*', STREAM_STORAGE_MB: '512', ...change };
  const process = await spawnProcess({ entry, env });
  processes.push(process);
  return process;
}

async function send(...orders: PushWorkItem[]): Promise<void> {
  const sealed = seal(key, { apiKey: 'toy-key-e2e', address: toy.url }, { subscriberId, provider, accountId });
  await publish(bus, { subject: subjects.workPush(provider, accountId), type: eventTypes.workPush, id: orders.map(({ pushId }) => pushId).join(), source: 'test', data: pushWork(orders, sealed, provider) });
}

/** The results of these orders, once all are there. */
async function resultsOf(...orders: PushWorkItem[]): Promise<PushResult[]> {
  const wanted = new Set(orders.map(({ pushId }) => pushId));
  return waitUntil(async () => {
    const { state } = await bus.jsm.streams.info('OUTCOME');
    const found: PushResult[] = [];
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
      const message = await bus.jsm.streams.getMessage('OUTCOME', { seq });
      found.push(...(message?.json<PushOutcomes>().results ?? []).filter(({ pushId }) => wanted.has(pushId)));
    }
    return found.length >= wanted.size && found;
  }, { timeoutMs: 20_000, intervalMs: 50, what: 'results' });
}

/** Claimed later than any start of the process by more than clocks may differ. */
const order = (reference: string): PushWorkItem => workItem(Date.now() + 2_000, {}, reference);
const kinds = (results: PushResult[]): string[] => results.map(({ outcome }) => outcome.kind).toSorted();

describe('runConnector', () => {
  it('is ready once its manifest is published, sends orders, and ends with code 0 after what it was doing', async () => {
    const connector = await spawn();
    await connector.ready();
    expect(await bus.jsm.streams.getMessage('CONNECTORS', { last_by_subj: subjects.connectorManifest(provider) })).not.toBeNull();
    const [fast, slow] = [order('FAST'), order('SLOW-1')];
    await send(fast, slow);
    await waitUntil(() => toy.taken.includes('SLOW-1'));
    const ended = connector.kill('SIGTERM');
    expect(kinds(await resultsOf(fast, slow))).toEqual(['accepted', 'accepted']);
    expect(await ended).toMatchObject({ code: 0 });
    expect(await connector.log()).not.toContain('toy-key-e2e');
  });

  it('after SIGKILL the next process asks for what may have been sent, and nothing is sent twice', async () => {
    const first = await spawn();
    await first.ready();
    const slow = order('SLOW-2');
    await send(slow);
    await waitUntil(() => toy.taken.includes('SLOW-2'));
    await first.kill('SIGKILL');
    const second = await spawn();
    await second.ready();
    expect(kinds(await resultsOf(slow))).toEqual(['duplicate']);
    expect(toy.taken.filter((reference) => reference === 'SLOW-2')).toHaveLength(1);
  });

  it.each([
    ['without keys', { CREDENTIAL_KEYS: '' }, 2, 'CREDENTIAL_KEYS'],
    ['with a key that is none', { CREDENTIAL_KEYS: 'k1:short' }, 1, 'CREDENTIAL_KEYS'],
    ['with an allow-list that cannot be read', { EGRESS_ALLOW: 'mis.example' }, 1, 'EGRESS_ALLOW'],
  ])('does not start %s', async (_name, change, code, named) => {
    const connector = await spawn(change);
    expect(await connector.exited).toMatchObject({ code });
    expect(await connector.log()).toContain(named);
  });
});
