import type { PushResult, PushWorkItem } from '@pes/contracts';
import { fail, isoTime, ok, type Clock, type Result } from '@pes/kernel';
import type { BusLog } from '@pes/messaging';
import type { Breakers } from './breaker.ts';
import { completeOrder } from './complete-order.ts';
import type { CallContext, Connector, EarlierAttempts, LookupResult, PushOrder, PushOutcome, Settings } from './connector.ts';
import type { Call } from './create-http-client.ts';
import { endOfCall } from './end-of-call.ts';
import { createExchangeRecorder } from './exchange-recorder.ts';
import { fitOutcome } from './fit-outcome.ts';
import type { HttpClient } from './http-client.ts';
import type { OpenedCredentials } from './open-credentials.ts';
import { createOrderSignal } from './order-signal.ts';
import { rejected, unknown } from './outcomes.ts';
import { lastCallMs, planAttempt, type Plan } from './plan-attempt.ts';
import { createTraffic, healthOfCall, type Traffic } from './provider-health.ts';
import type { RateBook } from './rate-book.ts';
import { createRedactor, type Redact } from './redact.ts';
import { afterRepeat, blockedUnlessSent, dateNextLook, lookNotBefore, notCalled, notStarted, settleLookup } from './settle-lookup.ts';

export interface OrderHost {
  connector: Connector;
  clock: Clock;
  log: BusLog;
  /** A client for one order: its calls end with the signal and go to the recorder. */
  createClient(options: { signal: AbortSignal; record: (call: Call) => void }): HttpClient;
  breakers: Breakers;
  rates: RateBook;
  /** Nothing new is started once this fires. */
  stopping: AbortSignal;
  /** Calls that are under way are cut off when this fires. */
  cutOff: AbortSignal;
}

export interface OrderJob {
  item: PushWorkItem;
  /** See Attempt. */
  repeated: boolean;
  account: { accountId: string; name: string; settings: Settings };
  /** The error is why they cannot be opened. */
  opened: Result<OpenedCredentials, string>;
}

interface ConnectorCall extends OrderJob {
  order: PushOrder;
  plan: Plan;
  context: CallContext;
  earlier: EarlierAttempts;
  traffic: Traffic;
}

const maskNothing = createRedactor({ credentials: {} });

function whyNotNow(item: PushWorkItem, { stopping, clock }: OrderHost): string | undefined {
  if (stopping.aborted) return 'The connector was stopped before it came to this order';
  if (clock.now() >= lastCallMs(item)) return 'The time for this order was over before the connector came to it';
  return undefined;
}

/**
 * Calls the connector through the account's breaker. A bug in a connector ends as an unknown outcome of this one order: what it did before
 * it failed, nobody knows.
 */
async function callConnector<T extends LookupResult | PushOutcome>(
  name: string, connectorCall: ConnectorCall, { breakers, log }: OrderHost, call: () => Promise<T>,
): Promise<Result<T, PushOutcome>> {
  const { item, context, traffic } = connectorCall;
  const before = traffic.count();
  const guarded = await breakers.run(context.accountId, () => endOfCall(call, context.signal), (end) => healthOfCall(end, traffic.count() - before));
  if (guarded.kind === 'refused') return fail(notCalled(connectorCall, guarded.afterMs));
  const end = guarded.value;
  if (end.kind === 'returned') return ok(end.value);
  const fields = { pushId: item.pushId, reference: item.push.reference, accountId: context.accountId, call: name };
  if (end.kind === 'overran') {
    log.error(fields, 'the connector did not return when its time was over');
    return fail(unknown('connector_error', 'The connector did not finish in time; the order may have been sent.'));
  }
  log.error({ ...fields, err: end.error }, 'the connector failed on an order');
  return fail(unknown('connector_error', 'The connector failed on this order; it may have been sent.'));
}

async function callProvider(call: ConnectorCall, host: OrderHost): Promise<PushOutcome> {
  const { item, order, context, earlier, plan, repeated } = call;
  const { connector, clock } = host;
  const { manifest, lookup } = connector;
  if (plan === 'look-up' && lookup !== undefined) {
    const found = await callConnector('lookup', call, host, () => lookup.call(connector, order, context, earlier));
    if (!found.ok) return found.error;
    const settled = settleLookup(found.value, { item, repeated, plan, manifest, nowMs: clock.now() });
    if (settled !== undefined) return settled;
    const why = whyNotNow(item, host);
    if (why !== undefined) return notStarted(call, why);
  }
  const sent = await callConnector('push', call, host, () => connector.push(order, context, earlier));
  return dateNextLook(afterRepeat(sent.ok ? sent.value : sent.error, call, plan), manifest.visibilityDelayMs);
}

/** Undefined when the order is to be called for. */
function settleUncalled(job: OrderJob, plan: Plan, host: OrderHost): PushOutcome | undefined {
  const why = whyNotNow(job.item, host);
  if (why !== undefined) return notStarted(job, why);
  if (plan === 'unclear') return unknown('redelivered_unclear', 'An earlier delivery may have sent the order, and the provider cannot be asked.');
  if (job.opened.ok) return undefined;
  return blockedUnlessSent({ item: job.item, plan }, 'auth', `The stored credentials of account ${job.account.name} cannot be opened (${job.opened.error}). Enter them again.`);
}

/**
 * One order, from the decision whether to call at all to its result. Always yields a result, never throws; every step that could send it a
 * second time is behind planAttempt.
 */
export async function processOrder(job: OrderJob, host: OrderHost): Promise<PushResult> {
  const { item, account, opened } = job;
  const { connector: { manifest, lookup }, clock } = host;
  const startedAt = isoTime(clock.now());
  const plan = planAttempt(job, manifest.idempotency, lookup !== undefined);
  const result = (outcome: PushOutcome, redact: Redact, exchanges: PushResult['exchanges'] = []): PushResult => {
    const nowMs = clock.now();
    const dated = lookNotBefore(outcome, { item, repeated: job.repeated, manifest, plan, nowMs });
    return { pushId: item.pushId, fence: item.fence, startedAt, finishedAt: isoTime(nowMs), outcome: fitOutcome(dated, redact), exchanges };
  };

  const uncalled = settleUncalled(job, plan, host);
  if (uncalled !== undefined || !opened.ok) return result(uncalled as PushOutcome, maskNothing);
  const order = completeOrder(item.push);
  if (!order.ok) return result(rejected('validation', order.error), maskNothing);

  const { credentials, redact } = opened.value;
  const { signal, release } = createOrderSignal(lastCallMs(item) - clock.now(), host.cutOff);
  const recorder = createExchangeRecorder(redact);
  const traffic = createTraffic();
  const context: CallContext = {
    accountId: account.accountId, credentials, settings: account.settings, clock, signal,
    http: host.createClient({
      signal,
      record(call) {
        traffic.note(call);
        host.rates.note(account.accountId, call.result);
        recorder.record(call);
      },
    }),
  };
  const earlier = { firstSentAtMs: item.firstSentAt === null ? null : Date.parse(item.firstSentAt), providerRef: item.providerRef };
  try {
    const outcome = await callProvider({ ...job, order: order.value, plan, context, earlier, traffic }, host);
    return result(outcome, redact, recorder.exchanges());
  } finally {
    release();
  }
}
