import type { OrderDecision, PushCommand, PushOutcome, PushResult } from '@pes/contracts';
import type { Pool } from '@pes/store';
import { applyPushCommands as applyReal, setOperatorPause as pauseReal } from '../../src/data-access/apply-commands.sql.ts';
import { claimPushes as claimReal } from '../../src/data-access/claim-pushes.sql.ts';
import { dueAccounts as dueReal } from '../../src/data-access/find-accounts.sql.ts';
import { missingOrders as missingReal } from '../../src/data-access/known-orders.sql.ts';
import { adaptBuckets as adaptReal, openLanes as openReal, pauseLanes as holdReal } from '../../src/data-access/lanes.sql.ts';
import { expiredLeases as expiredReal, loadCircumstances } from '../../src/data-access/load-circumstances.sql.ts';
import { parkPushes as parkReal } from '../../src/data-access/park-pushes.sql.ts';
import { recordDecisions as decideReal } from '../../src/data-access/record-decisions.sql.ts';
import { applyLeaseExpiry as expireReal, recordOutcomes as recordReal } from '../../src/data-access/record-outcomes.sql.ts';
import { requeueAccounts as requeueReal, requeueBlocked as blockedReal, requeueEntities as entitiesReal } from '../../src/data-access/requeue-pushes.sql.ts';
import { changedSince as changedReal } from '../../src/data-access/stream-marks.sql.ts';
import { unansweredWork as unansweredReal } from '../../src/data-access/unanswered-work.sql.ts';
import { circumstancesOf } from '../../src/domain/circumstances.ts';
import type { Parking } from '../../src/domain/claimed-push.ts';
import type { PlannedPush } from '../../src/domain/fan-out.ts';
import { leaseExpired, transition } from '../../src/domain/transition.ts';
import { aDecision, aManifest, anOrder, ids, orderId } from '../order-fixture.ts';
import type { Random } from './random.ts';
import { changedSince, claimPushes, dueAccounts, parkPushes, unansweredWork } from './table-claims.ts';
import { applyPushCommands } from './table-commands.ts';
import { missingOrders, recordDecisions } from './table-decisions.ts';
import { adaptBuckets, openLanes, pauseLanes, requeueAccounts, requeueBlocked, requeueEntities, setOperatorPause } from './table-lanes.ts';
import { applyLeaseExpiry, expiredLeases, recordOutcomes } from './table-outcomes.ts';
import { circumstancesRow, type PushRecord, type Tables } from './tables.ts';

/** The same thing done to the fake tables and to the real ones; both answer. */
export interface Operation {
  name: string;
  fake: () => unknown;
  real: () => Promise<unknown>;
}

interface Situation {
  tables: Tables;
  db: Pool;
  random: Random;
  /** When the run began. Attempts are logged by the day of the real clock. */
  startedAtMs: number;
}

const minute = 60_000;
const beforeAll = '00000000-0000-0000-0000-000000000000';
const everyOrder = [1, 2, 3, 4];
const iso = (ms: number): string => new Date(ms).toISOString();
const manifest = aManifest({ idempotency: 'natural-key' });

function some<T>(random: Random, list: readonly T[]): T[] {
  return list.filter(() => random.chance(0.5));
}

function somePushes({ tables, random }: Situation, most: number): PushRecord[] {
  const pushes = [...tables.pushes];
  const found: PushRecord[] = [];
  while (found.length < most && pushes.length > 0) found.push(...pushes.splice(random.between(0, pushes.length - 1), 1));
  return found;
}

const accountsOf = ({ tables }: Situation): string[] => [...tables.lanes.keys()];

function planned(decision: OrderDecision, accountId: string, { random, tables }: Situation): PlannedPush {
  const waits = random.chance(0.3);
  const { provider } = tables.lanes.get(accountId)!;
  return {
    orderId: decision.orderId, accountId, subscriberId: ids.subscriber, siteId: ids.site, orderNumber: decision.orderNumber, provider, reference: `AE-${decision.orderNumber}`,
    state: waits ? 'waiting-mapping' : 'queued', code: waits ? 'mapping_missing' : null, message: waits ? 'Waits.' : 'Queued.',
    waitingFor: waits ? some(random, [ids.product, ids.user]) : [],
  };
}

function decide(situation: Situation): Operation {
  const { tables, db, random, startedAtMs } = situation;
  const decisions = some(random, everyOrder).map((orderNumber) => {
    const version = random.between(1, 4);
    const known = { orderId: orderId(orderNumber), orderNumber, version, decidedAt: iso(startedAtMs + random.between(0, 3) * minute) };
    return random.chance(0.7) ? aDecision({ ...known, order: anOrder(known) }) : aDecision({ ...known, result: 'waiting', itemNumbers: [], order: null });
  });
  const pushes = decisions.filter(({ result }) => result === 'eligible').flatMap((decision) => some(random, accountsOf(situation)).map((accountId) => planned(decision, accountId, situation)));
  return { name: `decide ${decisions.length}`, fake: () => recordDecisions(tables, decisions, pushes), real: () => decideReal(db, decisions, pushes) };
}

function claim(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const accountIds = some(random, accountsOf(situation));
  const perLane = random.between(1, 3);
  const leaseMs = random.pick([0, minute]);
  return { name: `claim ${accountIds.length}`, fake: () => claimPushes(tables, accountIds, { perLane, leaseMs }), real: () => claimReal(db, accountIds, perLane, leaseMs) };
}

/** Mostly the attempt that is under way. */
const fenceOf = (push: PushRecord, random: Random): number => Math.max(1, push.attempt - Number(random.chance(0.2)));

function park(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const parkings = somePushes(situation, 2).map((push): Parking => ({
    pushId: push.pushId, attempt: fenceOf(push, random), state: random.pick(['queued', 'withdrawn', 'waiting-mapping', 'needs-person']), code: 'mapping_missing', message: 'Parked.',
    waitingFor: some(random, [ids.product, ids.user]),
  }));
  return { name: 'park', fake: () => parkPushes(tables, parkings), real: () => parkReal(db, parkings) };
}

const outcomes: readonly PushOutcome[] = [
  { kind: 'accepted', providerRef: 'P-1' }, { kind: 'duplicate', providerRef: 'P-2' }, { kind: 'rejected', code: 'validation', message: 'No.' },
  { kind: 'retry', code: 'unreachable', message: 'Nobody there.' }, { kind: 'retry', code: 'lease_expired_unsent', message: 'Too late.' },
  { kind: 'unknown', code: 'timeout', message: 'Silence.' }, { kind: 'unknown', code: 'timeout', message: 'Silence.', providerRef: 'P-3' }, { kind: 'blocked', code: 'auth', message: 'Key.' },
];

function record(situation: Situation): Operation {
  const { tables, db, random, startedAtMs } = situation;
  const circumstances = { nowMs: tables.nowMs(), random: 0.5 };
  const recorded = somePushes(situation, random.between(1, 4)).filter((push) => push.attempt > 0).map((push) => {
    const startedAt = iso(startedAtMs + random.between(0, 1_000_000));
    const result: PushResult = { pushId: push.pushId, fence: fenceOf(push, random), startedAt, finishedAt: startedAt, outcome: random.pick(outcomes), exchanges: [] };
    return { result, transition: transition(result.outcome, circumstancesOf(circumstancesRow(tables, push), manifest, circumstances)) };
  });
  return { name: `outcomes ${recorded.map(({ result }) => result.outcome.kind).join()}`, fake: () => recordOutcomes(tables, recorded), real: () => recordReal(db, recorded) };
}

function expire({ tables, db }: Situation): Operation {
  const circumstances = { nowMs: tables.nowMs(), random: 0.5 };
  const moves = (rows: ReturnType<typeof expiredLeases>): Parameters<typeof expireReal>[1] =>
    rows.map((row) => ({ pushId: row.push_id, attempt: row.attempt, transition: leaseExpired(circumstancesOf(row, manifest, circumstances)) }));
  return { name: 'lease ends', fake: () => applyLeaseExpiry(tables, moves(expiredLeases(tables))), real: async () => expireReal(db, moves(await expiredReal(db, 500))) };
}

function command(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const actions: ReadonlyArray<PushCommand['action']> = ['retry', 'resend', 'resend-as-new', 'mark-sent', 'dismiss'];
  const commands = Array.from({ length: random.between(1, 2) }, (_, place): PushCommand => ({
    commandId: `c${random.between(1, 5)}-${place}`, subscriberId: random.chance(0.9) ? ids.subscriber : ids.user, action: random.pick(actions),
    pushIds: somePushes(situation, 2).map((push) => push.pushId), actor: 'Pat', at: iso(tables.nowMs()),
    ...(random.chance(0.5) ? { note: 'Asked.' } : {}), ...(random.chance(0.5) ? { providerRef: 'P-9' } : {}),
  }));
  return { name: `command ${commands.map(({ action }) => action).join()}`, fake: () => applyPushCommands(tables, commands), real: () => applyReal(db, commands) };
}

function steer(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const pauses = some(random, accountsOf(situation)).map((accountId) => ({ accountId, subscriberId: ids.subscriber, pause: random.chance(0.4), message: 'By Pat.' }));
  return { name: 'pause and resume', fake: () => setOperatorPause(tables, pauses), real: () => pauseReal(db, pauses) };
}

function requeue(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const accountIds = some(random, accountsOf(situation));
  const entities = accountIds.map((accountId) => ({ accountId, entityId: random.pick([ids.product, ids.user]) }));
  return random.pick([
    { name: 'requeue accounts', fake: () => requeueAccounts(tables, accountIds), real: () => requeueReal(db, accountIds) },
    { name: 'requeue entities', fake: () => requeueEntities(tables, entities), real: () => entitiesReal(db, entities) },
    { name: 'requeue blocked', fake: () => requeueBlocked(tables, accountIds), real: () => blockedReal(db, accountIds) },
  ]);
}

function limit(situation: Situation): Operation {
  const { tables, db, random } = situation;
  const accountIds = some(random, accountsOf(situation));
  const untilMs = (): number => random.pick([tables.nowMs() - minute, tables.nowMs() + minute, Infinity]);
  const pauses = accountIds.map((accountId) => ({ accountId, untilMs: untilMs(), code: 'auth', message: 'Wrong key.' }));
  const news = accountIds.map((accountId) => ({ accountId, remaining: random.between(0, 3), holdUntilMs: random.pick([0, tables.nowMs() + 30_000]) }));
  return random.pick([
    { name: 'pause lanes', fake: () => pauseLanes(tables, pauses), real: () => holdReal(db, pauses) },
    { name: 'adapt buckets', fake: () => adaptBuckets(tables, news), real: () => adaptReal(db, news) },
    { name: 'open lanes', fake: () => openLanes(tables, accountIds), real: () => openReal(db, accountIds) },
  ]);
}

function ask(situation: Situation): Operation {
  const { tables, db, random, startedAtMs } = situation;
  const orders = everyOrder.map((orderNumber) => ({ orderId: orderId(orderNumber), version: random.between(1, 4), decidedAt: iso(startedAtMs + random.between(0, 3) * minute) }));
  const sinceMs = tables.nowMs() - random.pick([0, minute, 10 * minute]);
  const pushIds = tables.pushes.map((push) => push.pushId);
  const known = (row: ReturnType<typeof circumstancesRow>): object => ({ ...row, attempt: undefined, account_id: undefined });
  return random.pick<Operation>([
    { name: 'due accounts', fake: () => dueAccounts(tables), real: () => dueReal(db) },
    { name: 'unanswered work', fake: () => unansweredWork(tables, 15_000), real: () => unansweredReal(db, 15_000) },
    { name: 'missing orders', fake: () => missingOrders(tables, orders), real: () => missingReal(db, orders) },
    { name: 'changed since', fake: () => changedSince(tables, sinceMs), real: () => changedReal(db, new Date(sinceMs), beforeAll, 500) },
    {
      name: 'circumstances', fake: () => tables.pushes.map((push) => known(circumstancesRow(tables, push))),
      real: async () => [...(await loadCircumstances(db, pushIds)).values()].map((row) => known({ ...row, attempt: 0, account_id: '' })),
    },
  ]);
}

const makers: ReadonlyArray<(situation: Situation) => Operation> = [decide, decide, claim, claim, claim, park, record, record, record, expire, command, command, steer, requeue, limit, ask];

/** Something that the service does, with values that mostly fit the situation. */
export function anOperation(situation: Situation): Operation {
  return situation.random.pick(makers)(situation);
}
