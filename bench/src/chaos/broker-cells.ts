import { consumers } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { connectBus, waitUntilCaughtUp } from '@pes/messaging';
import type { NatsServer } from '@pes/testkit';
import { waitUntil } from '@pes/testkit';
import { bothProviders, type Cell } from './cell.ts';
import { whileTimePasses } from './let-time-pass.ts';
import type { Rig } from './rig.ts';

const everyMs = 4_000;
const downMs = 300;
const connectors = ['shipstation', 'hp-site-flow'] as const;
const ordersUnderWay = 200;

function natsOf({ nats }: Rig): NatsServer {
  if (nats === undefined) throw new Error('this rig has no single nats-server');
  return nats;
}

/** Every event of these orders was read by order-eligibility, so PostgreSQL has them. */
async function untilAccepted({ storefront, natsUrl }: Rig, firstIndex: number): Promise<void> {
  const { orders, tracker } = storefront;
  await waitUntil(
    () => orders.all().length >= firstIndex + ordersUnderWay
      && orders.all().slice(firstIndex).every(({ orderId, decidingVersion }) => (tracker.decisionOf(orderId)?.version ?? 0) >= decidingVersion),
    { timeoutMs: 30_000, intervalMs: 100, what: 'all orders to be decided' },
  );
  const bus = await connectBus({ servers: natsUrl, name: 'chaos-rewind' });
  await waitUntilCaughtUp(bus, consumers.eligibilityOrders, 10_000);
  await bus.close();
}

/**
 * What the broker alone knew is gone for good, so only orders that PostgreSQL has accepted may count: the load pauses until all are, while
 * the connectors stand still, so that decisions, work and outcomes of many orders are lost with the store.
 */
async function rewind(rig: Rig, seconds: number): Promise<() => Promise<void>> {
  const { load, storefront, system, dispatch } = rig;
  const nats = natsOf(rig);
  const snapshot = await nats.snapshotStore();
  await sleep(seconds * 1000);
  load.setRate(0);
  await whileTimePasses(dispatch, () => load.emitted());
  const frozen = connectors.map((name) => system.processes.get(name)?.pid ?? 0);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  const firstIndex = storefront.orders.all().length;
  const emission = storefront.emit(ordersUnderWay);
  try {
    await untilAccepted(rig, firstIndex);
    await nats.kill();
    await nats.restoreStore(snapshot);
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  load.setRate(rig.ordersPerSecond);
  void emission.catch(() => undefined);
  return () => nats.restart();
}

export const brokerCells: readonly Cell[] = [
  {
    name: 'kill nats-server', layout: 'plain', providers: bothProviders, seconds: 20,
    async inflict(rig, seconds) {
      const nats = natsOf(rig);
      const endsAt = performance.now() + seconds * 1000;
      while (performance.now() < endsAt) {
        await nats.kill();
        await sleep(downMs);
        await nats.restart();
        await sleep(everyMs - downMs);
      }
      await nats.kill();
      await sleep(downMs);
      return () => nats.restart();
    },
  },
  { name: 'rewind JetStream', layout: 'plain', providers: bothProviders, seconds: 5, inflict: rewind },
  {
    name: 'lose a NATS node', layout: 'cluster', providers: bothProviders, seconds: 5,
    async inflict({ cluster }, seconds) {
      await sleep(seconds * 1000);
      const leader = await cluster?.leaderOf('WORK');
      await leader?.kill();
      // The followers wait four to nine seconds before they elect another leader, constants of nats-server. The loss stays: what can
      // recover does so from the moment that every stream has a leader again.
      await cluster?.untilLed();
      return () => Promise.resolve();
    },
  },
  {
    name: 'get a NATS node back', layout: 'cluster', providers: bothProviders, seconds: 5,
    async inflict({ cluster }, seconds) {
      await sleep(seconds * 1000);
      return async () => cluster?.restartLost();
    },
  },
];
