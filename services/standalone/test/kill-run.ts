import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validator, type PushChanged } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import { connectBus, consumeBatches, decodeJson } from '@pes/messaging';
import {
  compareLedgers, openStorefront, readLedgers, startSystem, surpriseOf, untilSettled, type Comparison, type ProcessName, type RunningSystem, type Storefront,
} from '@pes/standalone';
import { createPool, select, type Pool } from '@pes/store';
import { waitUntil } from '@pes/testkit';

/** A running system of its own, whose parts a test kills while demo orders for all accounts of both providers flow through it. */
export interface KillRun {
  system: RunningSystem;
  storefront: Storefront;
  /** The tables of push-dispatch. */
  dispatch: Pool;
  /** Emits about 40 orders a second until it is told to stop, as a shop does that does not care how the services are. */
  startLoad(): Load;
  /**
   * Seconds from now to the first order that is emitted from now on and reported as sent to the provider; for several providers the
   * slowest of them. A load must be running.
   */
  recoverySeconds(providers: readonly string[]): Promise<number>;
  /** Waits until all orders have come to rest and a while longer, and compares what the providers hold with what the rules ask for. */
  settleAndCompare(): Promise<Comparison & { surprises: string[] }>;
  stop(): Promise<void>;
}

interface Load {
  /** Orders so far. */
  count(): number;
  /** Resolves when every event of every order is out. */
  stop(): Promise<void>;
}

type Environment = Partial<Record<ProcessName, Record<string, string>>>;

/** Longer than a message stays with a dead reader (four seconds): what is sent twice shows up by then. */
const afterglowMs = 5_000;
const settlePatienceMs = 90_000;
const recoveryPatienceMs = 120_000;

export async function startKillRun(env: Environment): Promise<KillRun> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pes-kill-run-'));
  // PostgreSQL runs as another user where this process runs as root.
  await chmod(dataDir, 0o711);
  const system = await startSystem({ dataDir, logLevel: 'warn', env, report: () => undefined });
  const storefront = await openStorefront({ natsUrl: system.natsUrl, orderLog: system.folder.file('orders'), firstOrderNumber: 10_001 });
  const arrivals = await watchArrivals(system.natsUrl);
  const dispatch = createPool({ url: system.databaseUrls['dispatch']!, applicationName: 'kill-run', maxConnections: 2 });
  const loads: Load[] = [];

  return {
    system, storefront, dispatch,
    startLoad() {
      const load = startLoad(storefront);
      loads.push(load);
      return load;
    },
    async recoverySeconds(providers) {
      const startedAt = performance.now();
      const known = storefront.orders.all().length;
      const first = async (provider: string): Promise<number> => waitUntil(
        () => storefront.orders.all().slice(known).map(({ orderId }) => arrivals.sentAt(orderId, provider)).find((at) => at !== undefined),
        { timeoutMs: recoveryPatienceMs, what: `a new order to be sent to ${provider}` },
      );
      const ends = await Promise.all(providers.map(first));
      return (Math.max(...ends) - startedAt) / 1000;
    },
    async settleAndCompare() {
      const { tracker, orders } = storefront;
      const left = await whileTimePasses(dispatch, () => untilSettled(orders.all(), tracker, { timeoutMs: settlePatienceMs, signal: new AbortController().signal }));
      await sleep(afterglowMs);
      const surprises = orders.all().flatMap((order) => surpriseOf(order, tracker) ?? []);
      if (left > 0) surprises.unshift(`${left} orders have not come to rest`);
      return { ...compareLedgers(orders.all().flatMap(({ expected }) => expected.deliveries), await readLedgers(system.simulators)), surprises };
    },
    async stop() {
      await Promise.allSettled([...loads.map((load) => load.stop()), storefront.close(), arrivals.stop(), dispatch.end()]);
      await system.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Hears of sent orders as Pressero core would, over a broker that comes and goes. */
async function watchArrivals(natsUrl: string) {
  const arrivals = new Map<string, number>();
  const bus = await connectBus({ servers: natsUrl, name: 'kill-run' });
  const consumption = consumeBatches<PushChanged>(bus, {
    consumer: { stream: 'INTEGRATION', durable: 'kill-run', filter: 'integration.push.changed.*', maxAckPending: 2000, ackWaitMs: 30_000 },
    decode: decodeJson(validator('push-changed')), isDataError: () => false, maxBatch: 200, maxWaitMs: 0, maxFlushes: 1,
    async handle(batch) {
      for (const { orderId, provider, state } of batch.flatMap(({ value }) => value.changes)) {
        const key = `${orderId} ${provider ?? ''}`;
        if (state === 'sent' && !arrivals.has(key)) arrivals.set(key, performance.now());
      }
    },
  });
  return {
    sentAt: (orderId: string, provider: string): number | undefined => arrivals.get(`${orderId} ${provider}`),
    async stop() {
      await consumption.stop();
      await bus.close();
    },
  };
}

/**
 * Site Flow may show an order up to a quarter of an hour after its submission, so one that was under way when something died is asked for
 * that long before it is sent again; failed sends wait for minutes too. Here that time passes in moments: every three seconds, what has
 * rested that long is a quarter of an hour older and due.
 */
const letTimePass = {
  name: 'kill-run-let-time-pass',
  text: `update push set run_at = now(), first_sent_at = first_sent_at - interval '16 minutes'
    where state in ('checking', 'retrying') and run_at > now() and updated_at < now() - interval '3 seconds'`,
};

async function whileTimePasses<T>(dispatch: Pool, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const passing = (async () => {
    while (!done.signal.aborted) {
      await sleep(3_000, done.signal);
      await select(dispatch, letTimePass);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await passing;
  }
}

const ordersAtOnce = 25;
const pauseMs = 600;

function startLoad(storefront: Storefront): Load {
  const stopping = new AbortController();
  const emissions: Promise<unknown>[] = [];
  const running = (async () => {
    while (!stopping.signal.aborted) {
      emissions.push(storefront.emit(ordersAtOnce));
      await sleep(pauseMs, stopping.signal);
    }
  })();
  return {
    count: () => emissions.length * ordersAtOnce,
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(emissions);
    },
  };
}
