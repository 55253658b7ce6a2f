import type { PushOutcome, PushWorkItem } from '@pes/contracts';
import { retryDelaysMs } from '../../src/domain/schedule.ts';
import type { Provider } from './provider.ts';
import { findPush, type PushRecord } from './tables.ts';
import type { World } from './world.ts';

/** A push call to a provider, and what the connector knows of its end. */
interface WatchedCall {
  /** When it ended, or must end if its caller dies. */
  endsAtMs: number;
  end: 'open' | 'not-applied' | 'unclear' | 'applied';
}

/** Looks on while the world runs and notes what must never happen. It knows what the code does not: every call, and every state before. */
export interface Watch {
  problems: string[];
  pushBegins(send: { provider: Provider; item: PushWorkItem; givesUpAfterMs: number }): WatchedCall;
  pushEnds(call: WatchedCall, outcome: PushOutcome): void;
  /** A lookup found nothing and its order is about to be sent. */
  foundAbsent(reference: string): void;
  /** It was called for once more after its outcome was recorded: a known limit, see README.md. */
  isOvertaken(reference: string): boolean;
  /** A person wants it sent without a look. */
  resent(push: PushRecord): void;
  /** Runs a change of the tables and compares before with after. */
  change<T>(what: string, run: () => T): T;
  /** A failure that counts was recorded. */
  failed(pushId: string): void;
  /** The last failure was none: a late report says that nothing was tried. */
  neverTried(pushId: string): void;
  /** A person or new settings gave the push its attempts back. */
  began(pushId: string): void;
  unreadable(messageId: string, references: readonly string[]): void;
  report(problem: string): void;
}

const mostFailures = retryDelaysMs.length + 1;
const notApplied = new Set<PushOutcome['kind']>(['retry', 'rejected', 'blocked']);
const saysNotSent = new Set<PushRecord['state']>(['withdrawn', 'waiting-mapping']);
const seen: ReadonlyArray<keyof PushRecord> = ['state', 'code', 'message', 'attempt', 'reference', 'providerRef', 'runAtMs'];

const inBrackets = (code: string | null): string => (code === null ? '' : ` (${code})`);

function hasChanged(before: PushRecord, after: PushRecord): boolean {
  return seen.some((field) => before[field] !== after[field]);
}

export function createWatch(world: World): Watch {
  const problems: string[] = [];
  const calls = new Map<string, WatchedCall[]>();
  const overtaken = new Set<string>();
  const absentAtMs = new Map<string, number>();
  const failures = new Map<string, number>();
  const nowMs = (): number => world.timeline.nowMs();

  function report(problem: string): void {
    world.trace(() => `PROBLEM ${problem}`);
    if (problems.length < 20) problems.push(problem);
  }

  /** A send after one whose end is open may only follow a look that must have seen the earlier one. */
  function checkSecondSend({ manifest }: Provider, reference: string, earlier: readonly WatchedCall[]): void {
    const open = earlier.filter((call) => call.end !== 'not-applied');
    const last = open.at(-1);
    if (last === undefined) return;
    if (manifest.idempotency === 'none') return report(`${reference} is sent again although an earlier send is ${last.end} and nobody decided to`);
    if (manifest.idempotency !== 'lookup') return;
    if (absentAtMs.get(reference) !== nowMs()) return report(`${reference} is sent again without a look although an earlier send is ${last.end}`);
    const sureAtMs = Math.max(...open.map((call) => call.endsAtMs)) + manifest.visibilityDelayMs;
    if (nowMs() < sureAtMs) return report(`${reference} is sent again ${sureAtMs - nowMs()} ms before an earlier send, ${last.end}, must be visible`);
    for (const call of open) call.end = 'not-applied';
  }

  /** One holder a fence: a claim makes the next one, and only of a push that nobody holds. */
  function compareFences(name: string, before: PushRecord, after: PushRecord): void {
    const isClaimed = after.state === 'sending' && (before.state !== 'sending' || after.attempt !== before.attempt);
    if (isClaimed && before.state === 'sending') report(`${name}: attempt ${before.attempt} is under way and attempt ${after.attempt} begins`);
    if (after.attempt !== before.attempt + Number(isClaimed)) report(`${name}: attempt ${before.attempt} became ${after.attempt}`);
  }

  function compare(what: string, before: PushRecord, after: PushRecord): void {
    const name = `${after.reference} (${what})`;
    compareFences(name, before, after);
    if (after.revision < before.revision) report(`${name}: revision fell`);
    if (before.state !== after.state && after.checkFirst && saysNotSent.has(after.state)) report(`${name}: it may be at the provider and is called ${after.state}`);
    const isChanged = hasChanged(before, after);
    if (isChanged && after.revision <= before.revision) report(`${name}: ${before.state} became ${after.state} under the same revision`);
    if (before.state === 'sent' && after.state !== 'sent' && after.generation === before.generation) report(`${name}: sent became ${after.state}`);
    if (isChanged) world.trace(() => `${after.reference}: ${before.state} → ${after.state}${inBrackets(after.code)}, attempt ${after.attempt}, ${what}`);
  }

  function checkPlaces(): void {
    for (const lane of world.tables.lanes.values()) {
      const sending = world.tables.pushes.filter((push) => push.accountId === lane.accountId && push.state === 'sending').length;
      if (sending > lane.maxInFlight) report(`${lane.accountId} has ${sending} pushes in flight, its limit is ${lane.maxInFlight}`);
    }
  }

  return {
    problems, report,
    pushBegins({ provider, item: { pushId, fence, push: { reference } }, givesUpAfterMs }) {
      const push = findPush(world.tables, pushId);
      if (push?.state !== 'sending' || push.attempt !== fence) overtaken.add(reference);
      const earlier = calls.get(reference) ?? [];
      checkSecondSend(provider, reference, earlier);
      const call: WatchedCall = { endsAtMs: nowMs() + givesUpAfterMs, end: 'open' };
      calls.set(reference, [...earlier, call]);
      return call;
    },
    pushEnds(call, outcome) {
      call.endsAtMs = nowMs();
      call.end = notApplied.has(outcome.kind) ? 'not-applied' : outcome.kind === 'unknown' ? 'unclear' : 'applied';
    },
    isOvertaken: (reference) => overtaken.has(reference),
    foundAbsent: (reference) => { absentAtMs.set(reference, nowMs()); },
    resent: (push) => { calls.delete(push.reference); },
    change(what, run) {
      const before = world.tables.pushes.map((push) => ({ ...push }));
      const result = run();
      before.forEach((push, index) => compare(what, push, world.tables.pushes[index]!));
      checkPlaces();
      return result;
    },
    failed(pushId) {
      const count = (failures.get(pushId) ?? 0) + 1;
      failures.set(pushId, count);
      if (count > mostFailures) report(`push ${pushId} failed ${count} times and goes on`);
    },
    neverTried: (pushId) => { failures.set(pushId, Math.max(0, (failures.get(pushId) ?? 0) - 1)); },
    began: (pushId) => { failures.delete(pushId); },
    unreadable: (messageId, references) => report(`${messageId} for ${references.join(', ')} breaks its schema and ends in DEAD`),
  };
}
