import type { OrderDecision } from '@pes/contracts';
import type { PlannedPush } from '../../src/domain/fan-out.ts';
import type { PushRow, PushState } from '../../src/domain/push-state.ts';
import { change, rowOf, type PushRecord, type Tables } from './tables.ts';

/** record-decisions.sql.ts, keeping the newest version: answers the orders that were stored now. */
function store(tables: Tables, decisions: readonly OrderDecision[]): Map<string, boolean> {
  const stored = new Map<string, boolean>();
  for (const { orderId, version, result, itemNumbers, order, decidedAt } of decisions) {
    const known = tables.orders.get(orderId);
    const decidedAtMs = Date.parse(decidedAt);
    const isNewer = known === undefined || version > known.version || (version === known.version && decidedAtMs > known.decidedAtMs) || tables.rules.mistake.olderDecisionWins;
    if (!isNewer) continue;
    const eligible = result === 'eligible';
    stored.set(orderId, eligible);
    tables.orders.set(orderId, { orderId, version, decidedAtMs, eligible, itemNumbers, snapshot: (eligible ? order : null) ?? known?.snapshot ?? null });
  }
  return stored;
}

function create(tables: Tables, planned: PlannedPush): PushRecord {
  const nowMs = tables.nowMs();
  const push: PushRecord = {
    ...planned, pushId: tables.newId(), attempt: 0, failures: 0, runAtMs: nowMs, claimedAtMs: null, leaseUntilMs: null, firstSentAtMs: null,
    checkFirst: false, workId: null, announcedAgain: false, providerRef: null, generation: 1, revision: 1, unpublished: false, updatedAtMs: nowMs,
  };
  tables.pushes.push(push);
  return push;
}

const waiting = new Set<PushState>(['waiting-mapping', 'withdrawn']);
const due = new Set<PushState>(['queued', 'retrying']);
const unsent = new Set<PushState>(['queued', 'retrying', 'waiting-mapping', 'blocked']);

function revise(tables: Tables, push: PushRecord, { state, code, message, waitingFor }: PlannedPush): PushRecord | undefined {
  const mayBeThere = push.checkFirst && !tables.rules.mistake.unclearIsWithdrawn;
  if (!waiting.has(push.state) && !(due.has(push.state) && state === 'waiting-mapping' && !mayBeThere)) return undefined;
  return change(tables, push, { state, code, message, waitingFor, runAtMs: tables.nowMs() });
}

function withdraw(tables: Tables, orderId: string): PushRecord[] {
  const message = 'Waiting: the order changed before it was sent and is not ready any more.';
  return tables.pushes
    .filter((push) => push.orderId === orderId && unsent.has(push.state) && !(push.checkFirst && !tables.rules.mistake.unclearIsWithdrawn))
    .map((push) => change(tables, push, { state: 'withdrawn', code: 'not_ready_any_more', message, runAtMs: null }));
}

/** record-decisions.sql.ts */
export function recordDecisions(tables: Tables, decisions: readonly OrderDecision[], pushes: readonly PlannedPush[]): PushRow[] {
  const stored = store(tables, decisions);
  const changed: PushRecord[] = [];
  for (const planned of pushes) {
    if (!stored.has(planned.orderId)) continue;
    const known = tables.pushes.find((push) => push.orderId === planned.orderId && push.accountId === planned.accountId);
    const push = known === undefined ? create(tables, planned) : revise(tables, known, planned);
    if (push !== undefined) changed.push(push);
  }
  for (const [orderId, eligible] of stored) if (!eligible) changed.push(...withdraw(tables, orderId));
  const repeated = new Set(decisions.map(({ orderId }) => orderId).filter((orderId) => !stored.has(orderId)));
  return [...changed, ...tables.pushes.filter((push) => repeated.has(push.orderId))].map(rowOf);
}

/** known-orders.sql.ts */
export function missingOrders(tables: Tables, orders: ReadonlyArray<{ orderId: string; version: number; decidedAt: string }>): string[] {
  return orders.filter(({ orderId, version, decidedAt }) => {
    const held = tables.orders.get(orderId);
    return held === undefined || held.version < version || (held.version === version && held.decidedAtMs < Date.parse(decidedAt));
  }).map(({ orderId }) => orderId);
}
