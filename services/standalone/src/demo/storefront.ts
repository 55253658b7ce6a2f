import { validator, type DeadLetter, type OrderDecided, type PushChanged } from '@pes/contracts';
import { connectBus, type Bus } from '@pes/messaging';
import { createEmittedOrders, type EmittedOrder, type EmittedOrders } from '../pressero/emitted-orders.ts';
import { emitStories } from '../pressero/emit-stories.ts';
import { openOrderLog, type Batch, type OrderLog } from '../pressero/order-log.ts';
import { within } from '../within.ts';
import { followStream } from './follow-stream.ts';
import { createPushTracker, type PushTracker } from './push-tracker.ts';
import { untilSettled } from './settlement.ts';

/** The simulated Pressero: emits orders, and hears what becomes of them as Pressero core would. */
export interface Storefront {
  readonly orders: EmittedOrders;
  readonly tracker: PushTracker;
  /** Resolves with the orders when all their events are out. */
  emit(count: number): Promise<readonly EmittedOrder[]>;
  /** Emits again what an earlier run had begun and not finished. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface StorefrontOptions {
  natsUrl: string;
  orderLog: string;
  /** Of the very first order of the folder. */
  firstOrderNumber: number;
}

const pauseMs = 250;
const drainPatienceMs = 2000;
/** For the steps that come after everything else has settled. */
const settlePatienceMs = 60_000;

export async function openStorefront({ natsUrl, orderLog, firstOrderNumber }: StorefrontOptions): Promise<Storefront> {
  const log = await openOrderLog(orderLog, firstOrderNumber);
  const bus = await connectBus({ servers: natsUrl, name: 'pressero-simulator' });
  const stopping = new AbortController();
  const tracker = createPushTracker();
  const followers = follow(bus, tracker);
  const orders = createEmittedOrders();
  for (const batch of log.batches()) for (const story of log.stories(batch)) orders.add(story);

  let beginning: Promise<unknown> = Promise.resolve();
  const begin = (count: number): Promise<Batch> => {
    const begun = beginning.then(() => log.begin(count, Date.now()));
    beginning = begun.catch(() => undefined);
    return begun;
  };
  const emitBatch = (batch: Batch): Promise<EmittedOrder[]> => emitAndFinish(batch, { log, bus, orders, tracker, signal: stopping.signal });
  const underWay = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.catch(() => undefined).finally(() => underWay.delete(work));
    return work;
  };
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.allSettled(underWay);
    await Promise.all(followers.map((follower) => follower.stop()));
    // Draining waits for a server that may be gone.
    await within(drainPatienceMs, bus.close().catch(() => undefined));
    await bus.nc.close();
  };
  let closing: Promise<void> | undefined;
  return {
    orders,
    tracker,
    emit: (count) => track(begin(count).then(emitBatch)),
    async resume() {
      for (const batch of log.unfinished()) await track(emitBatch(batch));
    },
    close: () => (closing ??= close()),
  };
}

interface Emission {
  log: OrderLog;
  bus: Bus;
  orders: EmittedOrders;
  tracker: PushTracker;
  signal: AbortSignal;
}

async function emitAndFinish(batch: Batch, { log, bus, orders, tracker, signal }: Emission): Promise<EmittedOrder[]> {
  const ids = new Set<string>();
  const ofBatch = (): EmittedOrder[] => orders.all().filter(({ orderId }) => ids.has(orderId));
  await emitStories(bus, log.stories(batch), {
    pauseMs,
    signal,
    onStory: (story) => {
      ids.add(story.orderId);
      orders.add(story);
    },
    settled: async () => {
      await untilSettled(ofBatch(), tracker, { timeoutMs: settlePatienceMs + batch.count * 20, through: 'decidingVersion', signal });
    },
  });
  if (!signal.aborted) await log.finish(batch);
  return ofBatch();
}

/** Only what fits its schema counts, as for any other consumer. */
function follow(bus: Bus, tracker: PushTracker): ReturnType<typeof followStream>[] {
  const [decided, changed, dead] = [validator('order-decided'), validator('push-changed'), validator('dead-letter')];
  return [
    followStream(bus, { stream: 'ORDERS', filter: 'order.decided.>' }, (body) => {
      const checked = decided(body);
      if (checked.ok) tracker.decided(checked.value satisfies OrderDecided);
    }),
    followStream(bus, { stream: 'INTEGRATION', filter: 'integration.push.changed.>' }, (body) => {
      const checked = changed(body);
      if (checked.ok) tracker.changed(checked.value satisfies PushChanged);
    }),
    followStream(bus, { stream: 'DEAD', filter: 'dead.>' }, (body) => {
      const checked = dead(body);
      if (checked.ok) tracker.dead(checked.value satisfies DeadLetter);
    }),
  ];
}
