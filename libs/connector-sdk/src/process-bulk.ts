import type { Exchange, PushResult } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import { completeOrder } from './complete-order.ts';
import type { BulkOutcome, BulkPush, CallContext, PushOrder } from './connector.ts';
import type { Call } from './create-http-client.ts';
import { endOfCall } from './end-of-call.ts';
import { createExchangeRecorder } from './exchange-recorder.ts';
import { fitOutcome } from './fit-outcome.ts';
import type { OpenedCredentials } from './open-credentials.ts';
import { createOrderSignal } from './order-signal.ts';
import { unknown } from './outcomes.ts';
import { lastCallMs } from './plan-attempt.ts';
import type { OrderHost, OrderJob } from './process-order.ts';
import { createTraffic, healthOfBulk, type Traffic } from './provider-health.ts';
import type { Redact } from './redact.ts';
import { dateNextLook, notCalled } from './settle-lookup.ts';

const maxBody = 20_000;

/** The orders of one bulk call: all of one account, all sent for the first time, credentials opened. */
export interface BulkJob {
  jobs: readonly OrderJob[];
  bulk: BulkPush;
  opened: OpenedCredentials;
}

/** A call for fifty orders is logged with each of them, but only with its own part: whole, it would be stored fifty times. */
function ownExchanges(calls: readonly Exchange[], { request, answer }: BulkOutcome, redact: Redact): Exchange[] {
  const [first, ...rest] = calls;
  if (first === undefined || request === undefined) return [];
  const part = (value: unknown): string | null => (value === undefined ? null : redact(JSON.stringify(value), maxBody));
  return [{ ...first, requestBody: part(request), responseBody: answer === undefined ? first.responseBody : part(answer) }, ...rest];
}

/** Bodies are added for each order, so the whole ones need not be masked. */
function withoutBodies({ request, result, ...call }: Call): Call {
  const { body: _whole, ...bare } = request;
  return { ...call, request: bare, result: result.kind === 'answer' && result.status < 300 ? { ...result, body: '' } : result };
}

interface BulkCall {
  orders: readonly PushOrder[];
  context: CallContext;
  traffic: Traffic;
}

async function callBulk({ jobs, bulk }: BulkJob, { orders, context, traffic }: BulkCall, host: OrderHost): Promise<BulkOutcome[]> {
  const guarded = await host.breakers.run(context.accountId, () => endOfCall(() => bulk.push(orders, context), context.signal), (end) => healthOfBulk(end, traffic.count()));
  if (guarded.kind === 'refused') return jobs.map((job) => ({ outcome: notCalled(job, guarded.afterMs) }));
  const end = guarded.value;
  if (end.kind === 'returned' && end.value.length === orders.length) return end.value;
  host.log.error({ accountId: context.accountId, orders: orders.length, ...(end.kind === 'threw' ? { err: end.error } : {}) }, 'the connector failed on a bulk call');
  return jobs.map(() => ({ outcome: unknown('connector_error', 'The connector failed on this order; it may have been sent.') }));
}

/** Sends several orders in one call. Always yields a result for each, never throws. */
export async function processBulk(bulkJob: BulkJob, host: OrderHost): Promise<PushResult[]> {
  const { jobs, opened: { credentials, redact } } = bulkJob;
  const { clock } = host;
  const startedAt = isoTime(clock.now());
  const orders = jobs.map(({ item }) => completeOrder(item.push)).flatMap((order) => (order.ok ? [order.value] : []));
  const remainingMs = Math.min(...jobs.map(({ item }) => lastCallMs(item))) - clock.now();
  const { signal, release } = createOrderSignal(remainingMs, host.cutOff);
  const recorder = createExchangeRecorder(redact);
  const { account: { accountId, settings } } = jobs[0] as OrderJob;
  const traffic = createTraffic();
  const http = host.createClient({
    signal,
    record(call) {
      traffic.note(call);
      host.rates.note(accountId, call.result);
      recorder.record(withoutBodies(call));
    },
  });
  try {
    const outcomes = await callBulk(bulkJob, { orders, traffic, context: { accountId, credentials, settings, clock, signal, http } }, host);
    const calls = recorder.exchanges();
    const finishedAt = isoTime(clock.now());
    return jobs.map(({ item }, index) => {
      const own = outcomes[index] as BulkOutcome;
      return { pushId: item.pushId, fence: item.fence, startedAt, finishedAt, outcome: fitOutcome(dateNextLook(own.outcome, host.connector.manifest.visibilityDelayMs), redact), exchanges: ownExchanges(calls, own, redact) };
    });
  } finally {
    release();
  }
}
