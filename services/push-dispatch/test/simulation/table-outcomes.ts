import { groupBy } from '@pes/kernel';
import type { RecordedOutcome } from '../../src/data-access/record-outcomes.sql.ts';
import type { PushRow, PushState } from '../../src/domain/push-state.ts';
import type { Transition } from '../../src/domain/transition.ts';
import { change, circumstancesRow, findPush, rowOf, type PushRecord, type Tables } from './tables.ts';

const settling = new Set(['accepted', 'duplicate']);
const notApplied = new Set(['retry', 'blocked', 'rejected']);
const openForGoodNews = new Set<PushState>(['checking', 'retrying', 'needs-person']);

function codeOf({ result: { outcome } }: RecordedOutcome): string | null {
  return 'code' in outcome ? outcome.code : null;
}

function mayWrite(tables: Tables, push: PushRecord, outcome: RecordedOutcome): boolean {
  const { mistake } = tables.rules;
  if (mistake.anyReportWrites) return true;
  if (push.attempt !== outcome.result.fence && !mistake.fenceIsIgnored) return false;
  if (push.state === 'sending') return true;
  if (openForGoodNews.has(push.state) && settling.has(outcome.result.outcome.kind)) return true;
  return (push.state === 'checking' || push.state === 'needs-person') && push.code === 'lease_expired' && codeOf(outcome) === 'lease_expired_unsent';
}

function write(tables: Tables, push: PushRecord, { result, transition }: RecordedOutcome): void {
  const { kind } = result.outcome;
  change(tables, push, {
    state: transition.state, code: transition.code, message: transition.message, runAtMs: transition.runAtMs, failures: transition.failures,
    providerRef: transition.providerRef ?? push.providerRef, leaseUntilMs: null,
    firstSentAtMs: notApplied.has(kind) && !push.checkFirst ? null : push.firstSentAtMs,
    checkFirst: push.checkFirst || (kind === 'unknown' && !tables.rules.mistake.unknownIsRetry),
  });
}

/** Of several reports of one attempt, good news count, then the earliest. */
function firstOf(reports: readonly RecordedOutcome[]): RecordedOutcome {
  const rank = ({ result }: RecordedOutcome): number => Number(!settling.has(result.outcome.kind));
  return [...reports].sort((a, b) => rank(a) - rank(b) || Date.parse(a.result.startedAt) - Date.parse(b.result.startedAt))[0]!;
}

/** record-outcomes.sql.ts. Pushes that did not change are in the answer too. */
export function recordOutcomes(tables: Tables, outcomes: readonly RecordedOutcome[]): Array<PushRow & { changed: boolean }> {
  const reports = [...groupBy(outcomes, ({ result }) => `${result.pushId}:${result.fence}`).values()].map(firstOf);
  const moved = new Set<PushRecord>();
  const named = new Set<PushRecord>();
  for (const report of reports) {
    const { pushId, fence, startedAt } = report.result;
    tables.attempts.add(`${pushId}:${fence}:${startedAt}`);
    const push = findPush(tables, pushId);
    if (push === undefined) continue;
    named.add(push);
    if (!mayWrite(tables, push, report)) continue;
    write(tables, push, report);
    moved.add(push);
  }
  return [...named].map((push) => ({ ...rowOf(push), changed: moved.has(push) }));
}

/** load-circumstances.sql.ts, expired leases */
export function expiredLeases(tables: Tables): Array<ReturnType<typeof circumstancesRow>> {
  const nowMs = tables.nowMs();
  return tables.pushes.filter((push) => push.state === 'sending' && push.leaseUntilMs! < nowMs).sort((a, b) => a.leaseUntilMs! - b.leaseUntilMs!).map((push) => circumstancesRow(tables, push));
}

/** record-outcomes.sql.ts, lease expiry */
export function applyLeaseExpiry(tables: Tables, expired: ReadonlyArray<{ pushId: string; attempt: number; transition: Transition }>): PushRow[] {
  const nowMs = tables.nowMs();
  const { leaseEndMeansUnsent } = tables.rules.mistake;
  return expired.flatMap(({ pushId, attempt, transition }) => {
    const push = findPush(tables, pushId);
    if (push === undefined || push.attempt !== attempt || push.state !== 'sending' || push.leaseUntilMs! >= nowMs) return [];
    return [rowOf(change(tables, push, {
      state: leaseEndMeansUnsent ? 'queued' : transition.state, code: transition.code, message: transition.message,
      runAtMs: leaseEndMeansUnsent ? nowMs : transition.runAtMs, failures: transition.failures, leaseUntilMs: null,
      checkFirst: leaseEndMeansUnsent ? push.checkFirst : true, unpublished: !tables.rules.mistake.timersForget,
    }))];
  });
}
