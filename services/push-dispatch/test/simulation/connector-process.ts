import type { PushOutcome, PushResult, PushWork, PushWorkItem } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import type { Delivery } from './bus.ts';
import { workOnOrder } from './connector-order.ts';
import { createProcess, type Process } from './process.ts';
import type { Provider } from './provider.ts';
import type { World } from './world.ts';

/** A replica of a connector: process-push-work.ts, attempt-memory.ts and outcome-publisher.ts of the connector host, with the bus and the clock of the world. */
export interface ConnectorProcess {
  process: Process;
  /** Starts nothing new from now on, and ends soon. */
  stop(): void;
}

interface Remembered {
  /** Undefined while the order is under way, or when the result was dropped. */
  result: PushResult | undefined;
  isRunning: boolean;
  waiting: Array<(result: PushResult) => void>;
}

const publishPauseMs = 500;
const stopMs = 5_500;

export const outcomeStream = 'OUTCOME';
export const workStream = (provider: string): string => `WORK.${provider}`;

function isReadable({ orders }: PushWork): boolean {
  return orders.every((item) => item.push.items.length > 0);
}

export function createConnectorProcess(world: World, provider: Provider, place: number): ConnectorProcess {
  const { random, faults, bus, timeline } = world;
  const { manifest } = provider;
  let memory = new Map<string, Remembered>();
  let isStopping = false;
  const process = createProcess(world, {
    name: `${manifest.provider}-connector-${place}`,
    onStart() {
      isStopping = false;
      bus.resume(workStream(manifest.provider));
    },
    onCrash: () => { memory = new Map(); },
  });

  /** How long an order waits for its turn behind others of its account. */
  function turnMs(item: PushWorkItem): number {
    if (!faults.chance('busyConnector')) return random.between(0, 3);
    const leaseLeftMs = Math.max(0, Date.parse(item.leaseUntil) - timeline.nowMs());
    return random.between(0, random.chance(0.5) ? leaseLeftMs : leaseLeftMs + 600_000);
  }

  function begin(item: PushWorkItem, accountId: string, job: { repeated: boolean; remembered: Remembered }): void {
    const { remembered, repeated } = job;
    process.later(turnMs(item), () => {
      const startedAt = isoTime(timeline.nowMs());
      workOnOrder({ world, process, provider, item, accountId, repeated, isStopping: () => isStopping }, (outcome: PushOutcome) => {
        const result = { pushId: item.pushId, fence: item.fence, startedAt, finishedAt: isoTime(timeline.nowMs()), outcome, exchanges: [] };
        world.trace(() => `${process.name}: ${item.push.reference} attempt ${item.fence} ends ${describeOutcome(outcome)}`);
        remembered.isRunning = false;
        // The memory is bounded: what happened is forgotten before the fact that something did.
        remembered.result = faults.chance('resultForgotten') ? undefined : result;
        for (const report of remembered.waiting.splice(0)) report(result);
      });
    });
  }

  /** The same claim is worked on once, however often it comes, as long as this process remembers it. */
  function settle(item: PushWorkItem, accountId: string, deliveryCount: number, report: (result: PushResult) => void): void {
    const key = `${item.pushId}:${item.fence}`;
    const known = memory.get(key);
    if (known?.isRunning === true) return void known.waiting.push(report);
    if (known?.result !== undefined) return report(known.result);
    const remembered: Remembered = { result: undefined, isRunning: true, waiting: [report] };
    memory.set(key, remembered);
    const repeated = deliveryCount > 1 || known !== undefined;
    begin(item, accountId, { repeated: repeated && !world.rules.mistake.deliveriesAreNotCounted, remembered });
  }

  /** Goes on until the bus has it: until then the outcome exists only here. */
  function publish(result: PushResult, accountId: string, done: () => void): void {
    const id = `outcome:${result.pushId}:${result.fence}:${result.outcome.kind}`;
    const step = { name: 'publish the outcome', run: () => bus.publish(outcomeStream, id, { provider: manifest.provider, accountId, results: [result] }) };
    const after = { name: 'acknowledge the work', run: () => { done(); return true; } };
    process.inSteps([step, after], () => process.later(publishPauseMs, () => publish(result, accountId, done)));
  }

  bus.subscribe(workStream(manifest.provider), process, (delivery: Delivery) => {
    const work = delivery.message.body as PushWork;
    if (!isReadable(work)) {
      world.watch.unreadable(delivery.message.id, work.orders.map((item) => item.push.reference));
      return delivery.acknowledge();
    }
    let open = work.orders.length;
    for (const item of work.orders) {
      settle(item, work.account.accountId, delivery.count, (result) => publish(result, work.account.accountId, () => {
        open -= 1;
        if (open === 0) delivery.acknowledge();
      }));
    }
  });

  return {
    process,
    stop() {
      isStopping = true;
      process.later(stopMs, () => process.crash('after a stop'));
    },
  };
}

function describeOutcome(outcome: PushOutcome): string {
  return 'code' in outcome ? `${outcome.kind} (${outcome.code})` : outcome.kind;
}

