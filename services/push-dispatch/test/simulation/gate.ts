import type { OrderDecision } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import { aDecision, anOrder, ids } from '../order-fixture.ts';
import { decisionStream } from './dispatch-process.ts';
import { missingOrders } from './table-decisions.ts';
import type { World } from './world.ts';

/** order-eligibility, as far as push-dispatch sees it: it decides, publishes, and asks later whether the newest decision arrived. */
export interface Gate {
  /** Plans all decisions of the world, within a time. */
  plan(withinMs: number): void;
  /** The decision that stands now. */
  standing(orderId: string): OrderDecision | undefined;
  orderIds(): string[];
}

const confirmAfterMs = 60_000;
const sharedOrder = anOrder();

function decide(orderNumber: number, version: number, decision: { isEligible: boolean; nowMs: number }): OrderDecision {
  const orderId = `order-${orderNumber}`;
  const { isEligible, nowMs } = decision;
  return aDecision({
    orderId, orderNumber, version, decidedAt: isoTime(nowMs), subscriberId: ids.subscriber, siteId: ids.site,
    ...(isEligible ? { order: { ...sharedOrder, orderId, orderNumber, version } } : { result: 'waiting', itemNumbers: [], order: null }),
  });
}

export function createGate(world: World): Gate {
  const { random, timeline, bus } = world;
  const standing = new Map<string, OrderDecision>();
  let repeats = 0;

  function publish(decisions: readonly OrderDecision[], id: string): void {
    if (!bus.publish(decisionStream, id, { decisions })) timeline.after(1_000, () => publish(decisions, id));
  }

  function confirm(decision: OrderDecision): void {
    timeline.after(confirmAfterMs + random.between(0, 1_000), () => {
      if (standing.get(decision.orderId) !== decision || world.rules.mistake.gateNeverAsks) return;
      if (!world.isDispatchAlive()) return confirm(decision);
      if (missingOrders(world.tables, [decision]).length === 0) return;
      world.trace(() => `gate: ${decision.orderId} version ${decision.version} did not arrive, published again`);
      publish([decision], `again:${repeats += 1}`);
      confirm(decision);
    });
  }

  function planOne(orderNumber: number, version: number, { isEligible, atMs }: { isEligible: boolean; atMs: number }): void {
    timeline.after(atMs - timeline.nowMs(), () => {
      const decision = decide(orderNumber, version, { isEligible, nowMs: timeline.nowMs() });
      world.trace(() => `gate: ${decision.orderId} version ${version} is ${decision.result}`);
      standing.set(decision.orderId, decision);
      publish([decision], `decided:${decision.orderId}:${version}`);
      confirm(decision);
    });
  }

  return {
    plan(withinMs) {
      const orders = random.between(1, 4);
      for (let orderNumber = 1; orderNumber <= orders; orderNumber += 1) {
        let atMs = timeline.nowMs() + random.between(0, Math.floor(withinMs / 4));
        planOne(orderNumber, 1, { isEligible: true, atMs });
        for (let version = 2; version <= 4 && random.chance(0.25); version += 1) {
          atMs += random.between(0, Math.floor(random.chance(0.5) ? 30_000 : withinMs / 4));
          planOne(orderNumber, version, { isEligible: random.chance(0.5), atMs });
        }
      }
    },
    standing: (orderId) => standing.get(orderId),
    orderIds: () => [...standing.keys()],
  };
}
