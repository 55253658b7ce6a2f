import type { PushResult, PushWork } from '@pes/contracts';
import { chunk } from '@pes/kernel';
import type { AccountLimiter } from './account-limiter.ts';
import type { AttemptMemory, SettledOrder } from './attempt-memory.ts';
import { completeOrder } from './complete-order.ts';
import type { CredentialOpener } from './open-credentials.ts';
import { lastCallMs, mayBeFromBefore } from './plan-attempt.ts';
import { processBulk, type BulkJob } from './process-bulk.ts';
import { processOrder, type OrderHost, type OrderJob } from './process-order.ts';
import { resultText } from './result-text.ts';

export interface PushHost extends OrderHost {
  openCredentials: CredentialOpener;
  limiter: AccountLimiter;
  memory: AttemptMemory;
  /** When this process began to take work. Milliseconds. */
  startedAtMs: number;
  onStarted?(): void;
  onSettled?(kind: string, code: string): void;
}

export interface PushDelivery {
  work: PushWork;
  /** 1 on the first delivery of the message. */
  deliveryCount: number;
}

/** A result larger than this gets shorter bodies. */
const maxResultBytes = 256 * 1024;

function codeOf(outcome: object): string {
  return 'code' in outcome && typeof outcome.code === 'string' ? outcome.code : 'none';
}

function settledAs(result: PushResult, host: PushHost): SettledOrder {
  host.onSettled?.(result.outcome.kind, codeOf(result.outcome));
  return { pushId: result.pushId, fence: result.fence, kind: result.outcome.kind, text: resultText(result, maxResultBytes) };
}

async function settle(job: OrderJob, host: PushHost): Promise<SettledOrder> {
  return host.limiter.run(job.account.accountId, async () => {
    host.onStarted?.();
    return settledAs(await processOrder(job, host), host);
  });
}

/** One call for all of them; when it is too late for that, each gets its own answer why. */
async function settleTogether(bulkJob: BulkJob, host: PushHost): Promise<SettledOrder[]> {
  const { jobs } = bulkJob;
  return host.limiter.run((jobs[0] as OrderJob).account.accountId, async () => {
    for (const _job of jobs) host.onStarted?.();
    const inTime = !host.stopping.aborted && jobs.every(({ item }) => host.clock.now() < lastCallMs(item));
    const results = inTime ? await processBulk(bulkJob, host) : await Promise.all(jobs.map((job) => processOrder(job, host)));
    return results.map((result) => settledAs(result, host));
  });
}

/** Orders that were certainly never sent may share a call. An order that has to be looked up first goes alone. */
function mayShareCall({ item, repeated }: OrderJob): boolean {
  return !repeated && item.mode === 'send' && completeOrder(item.push).ok;
}

/** The promise of each job's result, in the order of the jobs. */
function settleAll(jobs: readonly OrderJob[], host: PushHost): Array<Promise<SettledOrder>> {
  const { pushMany: bulk } = host.connector;
  const [first] = jobs;
  if (bulk === undefined || first === undefined || !first.opened.ok) return jobs.map((job) => settle(job, host));
  const opened = first.opened.value;
  const together = new Map<OrderJob, Promise<SettledOrder>>();
  for (const part of chunk(jobs.filter(mayShareCall), bulk.maxOrders)) {
    if (part.length === 1) continue;
    const settled = settleTogether({ jobs: part, bulk, opened }, host);
    for (const [index, job] of part.entries()) together.set(job, settled.then((results) => results[index] as SettledOrder));
  }
  return jobs.map((job) => together.get(job) ?? settle(job, host));
}

/**
 * Works on all orders of one message, reporting each result as soon as it is there. Resolves when all are reported; rejects never, short
 * of a bug in here. The same claim of a push is worked on once, however often it comes (see AttemptMemory).
 */
export async function processPushWork({ work, deliveryCount }: PushDelivery, host: PushHost, report: (settled: SettledOrder) => void): Promise<void> {
  const { account, provider } = work;
  const opened = host.openCredentials(account.sealedCredentials, { subscriberId: account.subscriberId, provider, accountId: account.accountId });
  const { idempotency } = host.connector.manifest;
  const known: Array<Promise<SettledOrder>> = [];
  const jobs: OrderJob[] = [];
  // A claim that stands twice in one message is one order.
  for (const item of new Map(work.orders.map((order) => [`${order.pushId}:${order.fence}`, order])).values()) {
    const memory = host.memory.recall(item.pushId, item.fence);
    if (memory.seen && memory.settled !== undefined) known.push(memory.settled);
    else jobs.push({ item, repeated: deliveryCount > 1 || memory.seen || mayBeFromBefore(item, idempotency, host.startedAtMs), account, opened });
  }
  const settling = settleAll(jobs, host);
  for (const [index, { item }] of jobs.entries()) host.memory.remember(item.pushId, item.fence, settling[index] as Promise<SettledOrder>);
  await Promise.all([...known, ...settling].map(async (settled) => report(await settled)));
}
