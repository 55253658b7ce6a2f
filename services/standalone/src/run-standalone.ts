import type { Arguments } from './arguments.ts';
import type { ChosenFolder } from './choose-data-folder.ts';
import { runDemo } from './demo/run-demo.ts';
import { openStorefront, type Storefront } from './demo/storefront.ts';
import { isGood } from './demo/summary.ts';
import { demoToken } from './page/demo-token.ts';
import { startPage } from './page/start-page.ts';
import type { Report } from './supervisor/report.ts';
import { startSystem, type RunningSystem } from './supervisor/start-system.ts';

export interface RunOptions {
  args: Arguments;
  folder: ChosenFolder;
  env: { NATS_URL?: string | undefined; DATABASE_URL?: string | undefined; LOG_LEVEL?: string | undefined };
  /** Standard output: addresses and the result, nothing else. */
  print: (line: string) => void;
  report: Report;
  /** Fires when the user wants it to stop. */
  signal: AbortSignal;
}

/** So that a first look at the page shows something. */
const welcomeOrders = 20;

/** Runs until the demo is over or the signal fires. Answers the exit code. Throws when something could not be started. */
export async function runStandalone(options: RunOptions): Promise<number> {
  const { args, folder, env, report, signal } = options;
  const system = await startSystem({
    dataDir: folder.path, fresh: args.fresh, natsUrl: env.NATS_URL, databaseUrl: env.DATABASE_URL, logLevel: env.LOG_LEVEL ?? 'info', report, signal,
    // A demo that ends by itself shows no API to anybody.
    ...(args.exit ? {} : { apiPort: args.port + 1 }),
  });
  try {
    return await serve(system, options);
  } finally {
    report('stopping');
    await system.stop();
    report('stopped');
  }
}

async function serve(system: RunningSystem, { args, env, print, report, signal }: RunOptions): Promise<number> {
  const storefront = await openStorefront({
    natsUrl: system.natsUrl, orderLog: system.folder.file('orders'),
    // A database from outside may know the numbers of an earlier folder, and nobody emits an order each millisecond.
    firstOrderNumber: env.DATABASE_URL === undefined ? 10_001 : Date.now(),
  });
  const page = await startPage(storefront, args.port).catch(async (error: unknown) => {
    await storefront.close();
    throw error;
  });
  try {
    print(`Status page: ${page.url}`);
    if (system.api !== undefined) {
      print(`API: ${system.api.url}/api/v1/docs`);
      print(`Token for it: ${await demoToken(system.api.authSecret)}`);
    }
    if (args.demo !== undefined && args.exit) return await demo(args.demo, storefront, { system, print, report, signal });
    keepGoing(storefront, args.demo, report);
    await aborted(signal);
    return 0;
  } finally {
    await page.close();
    await storefront.close();
  }
}

async function demo(count: number, storefront: Storefront, around: Pick<RunOptions, 'print' | 'report' | 'signal'> & { system: RunningSystem }): Promise<number> {
  const { system, print, report, signal } = around;
  const summary = await runDemo({ count, storefront, simulators: system.simulators, report, signal });
  if (signal.aborted) return 1;
  print(JSON.stringify(summary));
  return isGood(summary) ? 0 : 1;
}

/** Finishes what an earlier run began, then emits what was asked for. */
function keepGoing(storefront: Storefront, wanted: number | undefined, report: Report): void {
  const isFirstStart = storefront.orders.all().length === 0;
  const count = wanted ?? (isFirstStart ? welcomeOrders : 0);
  const work = storefront.resume().then(async () => {
    if (count > 0) await storefront.emit(count);
  });
  work.then(
    () => report(`${storefront.orders.all().length} orders so far; Ctrl-C stops everything`),
    (error: unknown) => report(`orders could not be emitted: ${error instanceof Error ? error.message : String(error)}`),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
