import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consumers, type PushChange, type PushChanged } from '@pes/contracts';
import { connectBus, waitUntilCaughtUp } from '@pes/messaging';
import { select, type Pool } from '@pes/store';
import { waitUntil } from '@pes/testkit';
import { startKillRun, type KillRun } from './kill-run.ts';

/*
 * With the defaults the same happens later: work is announced again after 15 s instead of 2, a lost lease ends after 50 or 150 s instead
 * of 12, and decisions are confirmed after a minute instead of after 3 s.
 */
const env = {
  'push-dispatch': { LEASE_MS: '12000', REANNOUNCE_AFTER_MS: '2000' },
  'order-eligibility': { CONFIRM_AFTER_SECONDS: '3', UPKEEP_INTERVAL_MS: '1000' },
};

type Freezable = 'push-dispatch' | 'shipstation' | 'hp-site-flow';

function freeze({ system }: KillRun, names: readonly Freezable[]): () => void {
  const pids = names.map((name) => system.processes.get(name)!.pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

/**
 * Emits orders and waits until order-eligibility has read and stored every event of them. What follows once they are sent comes by itself;
 * `over` resolves then.
 */
async function emitAccepted({ storefront, system }: KillRun, count: number): Promise<{ over: Promise<unknown> }> {
  const before = storefront.orders.all().length;
  const over = storefront.emit(count);
  const { orders, tracker } = storefront;
  await waitUntil(
    () => orders.all().length === before + count
      && orders.all().slice(before).every(({ orderId, decidingVersion }) => (tracker.decisionOf(orderId)?.version ?? 0) >= decidingVersion),
    { timeoutMs: 60_000, intervalMs: 50, what: `${count} orders to be decided` },
  );
  const bus = await connectBus({ servers: system.natsUrl, name: 'kill-rewind' });
  await waitUntilCaughtUp(bus, consumers.eligibilityOrders, 30_000);
  await bus.close();
  return { over };
}

/** What somebody knows who reads INTEGRATION from its beginning: the newest word on each push. */
async function readIntegration(natsUrl: string): Promise<Map<string, PushChange>> {
  const bus = await connectBus({ servers: natsUrl, name: 'kill-rewind' });
  const newest = new Map<string, PushChange>();
  const { state } = await bus.jsm.streams.info('INTEGRATION');
  const reader = await bus.js.consumers.get('INTEGRATION', { filter_subjects: 'integration.push.changed.>' });
  for await (const message of await reader.consume()) {
    for (const change of message.json<PushChanged>().changes) {
      const known = newest.get(change.pushId ?? '');
      if (change.pushId !== null && (known === undefined || change.revision > known.revision)) newest.set(change.pushId, change);
    }
    if (message.seq >= state.last_seq) break;
  }
  await bus.close();
  return newest;
}

const pushes = { name: 'kill-rewind-pushes', text: 'select push_id, state, revision from push' };

/** Pushes whose present state that reader does not know. */
async function untold(dispatch: Pool, natsUrl: string): Promise<object[]> {
  const rows = await select<{ push_id: string; state: string; revision: number }>(dispatch, pushes);
  const told = await readIntegration(natsUrl);
  return rows.filter(({ push_id: id, state, revision }) => told.get(id)?.state !== state || told.get(id)?.revision !== revision);
}

describe('the broker is set back to an older copy of its store while the services run', () => {
  let run: KillRun;
  beforeAll(async () => { run = await startKillRun(env); }, 120_000);
  afterAll(() => run.stop(), 60_000);

  it('loses and doubles nothing that PostgreSQL had accepted, and tells a new reader the final state of every push', async () => {
    const { nats } = run.system;
    await (await emitAccepted(run, 200)).over;
    const snapshot = await nats!.snapshotStore();
    // Decided, sent and reported: of these the integration events are lost.
    await (await emitAccepted(run, 200)).over;
    // Decided and claimed: of these the work is lost, as far as the connectors did not have it yet.
    const thawConnectors = freeze(run, ['shipstation', 'hp-site-flow']);
    const claimed = await emitAccepted(run, 100);
    // Decided: of these the decisions are lost.
    const thawDispatch = freeze(run, ['push-dispatch']);
    const decided = await emitAccepted(run, 100);

    await nats!.kill();
    await nats!.restoreStore(snapshot);
    thawDispatch();
    thawConnectors();
    await nats!.restart();

    const { lost, duplicated, findings, surprises } = await run.settleAndCompare();
    await Promise.all([claimed.over, decided.over]);
    expect({ lost, duplicated, findings, surprises }).toEqual({ lost: 0, duplicated: 0, findings: [], surprises: [] });
    await waitUntil(async () => (await untold(run.dispatch, run.system.natsUrl)).length === 0, { timeoutMs: 20_000, intervalMs: 500, what: 'every push to be told' });
  }, 300_000);
});
