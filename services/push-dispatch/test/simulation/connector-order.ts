import {
  accepted, blocked, dateNextLook, duplicate, lastCallMs, notStarted, planAttempt, rejected, retry, settleLookup, unknown, type LookupResult, type Plan,
} from '@pes/connector-sdk';
import type { PushOutcome, PushWorkItem } from '@pes/contracts';
import type { Process } from './process.ts';
import type { Answer, Provider } from './provider.ts';
import type { World } from './world.ts';

/** One order at a connector: process-order.ts of the connector host, with calls to a fake provider. */
export interface OrderWork {
  world: World;
  process: Process;
  provider: Provider;
  item: PushWorkItem;
  accountId: string;
  repeated: boolean;
  isStopping(): boolean;
}

type Done = (outcome: PushOutcome) => void;

function whyNotNow({ world, item, isStopping }: OrderWork): string | undefined {
  if (isStopping()) return 'The connector was stopped before it came to this order';
  if (world.timeline.nowMs() >= lastCallMs(item) && !world.rules.mistake.leaseIsNotKept) return 'The time for this order was over before the connector came to it';
  return undefined;
}

/** How long a call may last: until its own time is over, or the lease ends. */
function giveUpAfterMs({ world, provider: { manifest }, item }: OrderWork): number {
  return world.rules.mistake.leaseIsNotKept ? manifest.callTimeoutMs : Math.min(manifest.callTimeoutMs, lastCallMs(item) - world.timeline.nowMs());
}

/** Waits for the answer of a call; undefined when none came in time. */
function untilAnswered(work: OrderWork, call: (reply: (answer: Answer) => void) => void, done: (answer: Answer | undefined) => void): void {
  const { world, process } = work;
  const incarnation = process.incarnation();
  let isOpen = true;
  const end = (answer: Answer | undefined): void => {
    if (!isOpen || !process.isAlive() || process.incarnation() !== incarnation) return;
    isOpen = false;
    if (world.faults.chance('crash')) process.crash('when an answer comes');
    else done(answer);
  };
  world.timeline.after(giveUpAfterMs(work), () => end(undefined));
  call(end);
}

function outcomeOfPush(answer: Answer | undefined): PushOutcome {
  switch (answer?.kind) {
    case 'created':
      return accepted(answer.providerRef);
    case 'taken':
      return answer.isVisible ? duplicate(answer.providerRef) : unknown('awaiting_confirmation', 'Not visible yet.', { afterMs: 10_000 });
    case 'refused':
      return rejected('validation', 'Refused.');
    case 'unauthorized':
      return blocked('auth', 'Wrong credentials.');
    case 'rate-limited':
      return retry('rate_limited', 'Slow down.', answer.afterMs);
    case 'not-sent':
      return retry('unreachable', 'No connection.');
    case 'server-error':
      return unknown('provider_error', 'Error 500.');
    case 'connection-lost':
      return unknown('connection_lost', 'The connection broke.');
    default:
      return unknown('timeout', 'No answer.');
  }
}

function resultOfLookup(answer: Answer | undefined): LookupResult {
  switch (answer?.kind) {
    case 'found':
      return { kind: 'found', providerRef: answer.providerRef };
    case 'absent':
      return { kind: 'absent' };
    case 'unauthorized':
      return { kind: 'blocked', code: 'auth', message: 'Wrong credentials.' };
    case 'rate-limited':
      return { kind: 'unclear', code: 'rate_limited', message: 'Slow down.', afterMs: answer.afterMs };
    default:
      return { kind: 'unclear', code: 'provider_error', message: 'The order could not be looked up.' };
  }
}

/** What the failure of a repeat says about an order that may be there: nothing. */
function afterRepeat({ world, item, repeated }: OrderWork, plan: Plan, outcome: PushOutcome): PushOutcome {
  const isNews = outcome.kind !== 'retry' && outcome.kind !== 'blocked';
  const isRepeat = plan === 'send' && (repeated || item.mode === 'check-then-send');
  if (isNews || !isRepeat || world.rules.mistake.repeatIsTakenForFirst) return outcome;
  return unknown(outcome.code === 'account_disabled' || outcome.code === 'auth' ? outcome.code : 'provider_error', outcome.message);
}

function push(work: OrderWork, plan: Plan, done: Done): void {
  const { world, provider, item, accountId } = work;
  const { reference } = item.push;
  const givesUpAfterMs = giveUpAfterMs(work);
  const call = world.watch.pushBegins({ provider, item, givesUpAfterMs });
  world.trace(() => `${work.process.name}: ${reference} attempt ${item.fence} is sent`);
  const order = { reference, accountId, isValid: world.isValid(item.push.order.orderId), givesUpAfterMs };
  untilAnswered(work, (reply) => provider.push(order, reply), (answer) => {
    const outcome = outcomeOfPush(answer);
    world.watch.pushEnds(call, outcome);
    done(dateNextLook(afterRepeat(work, plan, outcome), provider.manifest.visibilityDelayMs));
  });
}

/** Whatever is not known after a redelivery must be looked at again when whoever had the earlier delivery cannot be at work any more. */
function dateAfterLease(work: OrderWork, outcome: PushOutcome): PushOutcome {
  const possibleMs = stillPossibleMs(work);
  return outcome.kind === 'unknown' && possibleMs > 0 ? { ...outcome, afterMs: Math.max(possibleMs, outcome.afterMs ?? 0) } : outcome;
}

/** How much longer an order that is not found may turn up, if whoever had the earlier delivery is still at work. */
function stillPossibleMs({ world, item, repeated, provider: { manifest } }: OrderWork): number {
  if (!repeated || world.rules.mistake.redeliveryLooksTooEarly || manifest.idempotency !== 'lookup') return 0;
  return Date.parse(item.leaseUntil) + manifest.visibilityDelayMs - world.timeline.nowMs();
}

function settle(work: OrderWork, plan: Plan, found: LookupResult): PushOutcome | undefined {
  const { world, item, provider: { manifest }, repeated } = work;
  if (found.kind === 'absent' && world.rules.mistake.visibilityIsSkipped) return undefined;
  const afterMs = found.kind === 'absent' ? stillPossibleMs(work) : 0;
  if (afterMs > 0) return unknown('redelivered_unclear', 'The order is not to be found yet; it may still appear.', { afterMs });
  return settleLookup(found, { item, repeated, manifest, plan, nowMs: world.timeline.nowMs() });
}

function lookUp(work: OrderWork, plan: Plan, done: Done): void {
  const { world, provider, item, accountId } = work;
  const { reference } = item.push;
  world.trace(() => `${work.process.name}: ${reference} attempt ${item.fence} is looked up`);
  untilAnswered(work, (reply) => provider.lookup({ reference, accountId }, reply), (answer) => {
    const found = resultOfLookup(answer);
    const settled = settle(work, plan, found);
    if (settled !== undefined) return done(settled);
    const why = whyNotNow(work);
    if (why !== undefined) return done(notStarted(work, why));
    world.watch.foundAbsent(reference);
    push(work, plan, done);
  });
}

/** From the decision whether to call at all to the outcome. */
export function workOnOrder(work: OrderWork, report: Done): void {
  const { provider: { manifest }, world } = work;
  const done: Done = (outcome) => report(dateAfterLease(work, outcome));
  const plan = planAttempt(work, manifest.idempotency, manifest.capabilities.lookup);
  const why = whyNotNow(work);
  if (why !== undefined) return done(notStarted(work, why));
  if (plan === 'unclear' && !world.rules.mistake.unclearIsSentAnyway) {
    return done(unknown('redelivered_unclear', 'An earlier delivery may have sent the order, and the provider cannot be asked.'));
  }
  if (plan === 'look-up') return lookUp(work, plan, done);
  push(work, plan, done);
}
