import type { PushChange } from '@pes/contracts';
import { sleep } from '@pes/kernel';
import type { EmittedOrder } from '../pressero/emitted-orders.ts';
import type { Expectation } from '../pressero/oracle.ts';
import type { Decision, PushTracker } from './push-tracker.ts';

/** States in which nothing happens any more unless a person or an event acts. */
const atRest: ReadonlySet<PushChange['state']> = new Set(['sent', 'rejected', 'needs-person', 'dead', 'waiting-mapping', 'withdrawn', 'blocked', 'no-target']);

/** Whether everything that the order causes, up to this version of it, has come to rest, expected or not. */
export function isSettled({ orderId, expected }: EmittedOrder, version: number, tracker: PushTracker): boolean {
  const decision = tracker.decisionOf(orderId);
  if (decision === undefined || decision.version < version) return false;
  if (!expected.eligible) return true;
  const pushes = tracker.pushesOf(orderId);
  const wanted = expected.deliveries.length === 0 ? [''] : expected.deliveries.map(({ accountId }) => accountId);
  return wanted.every((account) => {
    const push = pushes.get(account);
    return push !== undefined && atRest.has(push.state);
  });
}

/** What is not as it must be, in words; undefined when all is as expected. */
export function surpriseOf(order: EmittedOrder, tracker: PushTracker): string | undefined {
  const { orderId, orderNumber, kind, lastVersion } = order;
  const decision = tracker.decisionOf(orderId);
  const pushes = tracker.pushesOf(orderId);
  const complaint = isSettled(order, lastVersion, tracker) ? complaintOf(order.expected, decision, pushes) : 'has not come to rest';
  return complaint === undefined ? undefined : `order ${orderNumber} (${kind}) ${complaint}: ${stateWords(decision, pushes)}`;
}

type Pushes = ReadonlyMap<string, PushChange>;

function complaintOf({ eligible, deliveries }: Expectation, decision: Decision | undefined, pushes: Pushes): string | undefined {
  if (!eligible) return decision?.wasEligible === true ? 'was eligible, although it must wait' : undefined;
  if (pushes.size > Math.max(1, deliveries.length)) return 'has pushes that nobody expects';
  const wrong = deliveries.find(({ accountId, state }) => pushes.get(accountId)?.state !== state);
  return wrong === undefined ? undefined : `should be ${wrong.state} as ${wrong.reference}`;
}

function stateWords(decision: Decision | undefined, pushes: Pushes): string {
  const states = [...pushes.values()].map(({ reference, state, message }) => `${reference ?? 'no account'} ${state} (${message})`);
  return [decision?.result ?? 'not decided', ...states].join(', ');
}

const pollMs = 100;

export interface Waiting {
  timeoutMs: number;
  signal: AbortSignal;
  /** Through which version of each order. Default: the last. */
  through?: 'decidingVersion' | 'lastVersion';
  onProgress?: (left: number) => void;
}

/** Waits until all orders have settled. Answers how many had not when the time was over. */
export async function untilSettled(orders: readonly EmittedOrder[], tracker: PushTracker, limits: Waiting): Promise<number> {
  const { through = 'lastVersion' } = limits;
  const deadline = performance.now() + limits.timeoutMs;
  const isOpen = (order: EmittedOrder): boolean => !isSettled(order, order[through], tracker);
  let open = orders.filter(isOpen);
  while (open.length > 0 && performance.now() < deadline && !limits.signal.aborted) {
    limits.onProgress?.(open.length);
    await sleep(pollMs, limits.signal);
    open = open.filter(isOpen);
  }
  return open.length;
}
