import type { OrderSnapshot } from '@pes/contracts';
import type { ClaimedPush } from '../../src/domain/claimed-push.ts';
import type { PushCircumstances } from '../../src/domain/circumstances.ts';
import type { PushRow, PushState } from '../../src/domain/push-state.ts';
import type { Rules } from './rules.ts';

/** The tables of push-dispatch in memory. Each function on them does what one SQL statement does; times are milliseconds. */
export interface Tables {
  nowMs(): number;
  rules: Rules;
  /** In the order of their keys, as the primary key has them. */
  pushes: PushRecord[];
  orders: Map<string, OrderRecord>;
  lanes: Map<string, LaneRecord>;
  buckets: Map<string, BucketRecord>;
  accounts: Map<string, AccountRecord>;
  /** push, attempt and start of every logged attempt */
  attempts: Set<string>;
  /** command and push of every applied command */
  commands: Set<string>;
  /** Makes keys of pushes and work messages; later ones are greater. */
  newId(): string;
}

export interface PushRecord {
  pushId: string;
  orderId: string;
  accountId: string;
  subscriberId: string;
  siteId: string;
  orderNumber: number;
  provider: string;
  reference: string;
  state: PushState;
  code: string | null;
  message: string;
  attempt: number;
  failures: number;
  runAtMs: number | null;
  claimedAtMs: number | null;
  leaseUntilMs: number | null;
  firstSentAtMs: number | null;
  checkFirst: boolean;
  workId: string | null;
  announcedAgain: boolean;
  providerRef: string | null;
  waitingFor: string[];
  generation: number;
  revision: number;
  /** Changed by a timer and not confirmed as published; see the mistake timersForget. */
  unpublished: boolean;
  updatedAtMs: number;
}

interface OrderRecord {
  orderId: string;
  version: number;
  decidedAtMs: number;
  eligible: boolean;
  itemNumbers: number[];
  snapshot: OrderSnapshot | null;
}

export interface LaneRecord {
  accountId: string;
  provider: string;
  bucketKey: string;
  maxInFlight: number;
  ordersPerMessage: number;
  leaseMs: number;
  servedAtMs: number;
  pausedUntilMs: number;
  pauseCode: string | null;
  pauseMessage: string | null;
  operatorPaused: boolean;
}

interface BucketRecord {
  bucketKey: string;
  capacity: number;
  refillPerSecond: number;
  tokens: number;
  refilledAtMs: number;
  holdUntilMs: number;
}

interface AccountRecord {
  accountId: string;
  subscriberId: string;
  name: string;
  state: 'active' | 'paused' | 'deleted';
}

export function createTables(nowMs: () => number, rules: Rules, newId: () => string): Tables {
  return {
    nowMs, rules, newId,
    pushes: [], orders: new Map(), lanes: new Map(), buckets: new Map(), accounts: new Map(), attempts: new Set(), commands: new Set(),
  };
}

export function findPush(tables: Tables, pushId: string): PushRecord | undefined {
  return tables.pushes.find((push) => push.pushId === pushId);
}

/** What every change of a push does besides: a new revision and the time. */
export function change(tables: Tables, push: PushRecord, values: Partial<PushRecord>): PushRecord {
  Object.assign(push, values);
  if (!tables.rules.mistake.revisionStands) push.revision += 1;
  push.updatedAtMs = tables.nowMs();
  return push;
}

const date = (ms: number): Date => new Date(ms);

/** A push as every statement returns it: a copy, which stays as it is when the push changes. */
export function rowOf(push: PushRecord): PushRow {
  return {
    push_id: push.pushId, order_id: push.orderId, account_id: push.accountId, subscriber_id: push.subscriberId, site_id: push.siteId,
    order_number: push.orderNumber, provider: push.provider, reference: push.reference, state: push.state, code: push.code, message: push.message,
    attempt: push.attempt, provider_ref: push.providerRef, run_at: push.runAtMs === null ? null : date(push.runAtMs), revision: push.revision,
    updated_at: date(push.updatedAtMs),
  };
}

/** The same for a claimed push, with its order. */
export function claimedRow(tables: Tables, push: PushRecord): ClaimedPush {
  const { eligible, itemNumbers, snapshot } = tables.orders.get(push.orderId)!;
  return {
    ...rowOf(push), claimed_at: date(push.claimedAtMs!), lease_until: date(push.leaseUntilMs!), first_sent_at: push.firstSentAtMs === null ? null : date(push.firstSentAtMs),
    check_first: push.checkFirst, work_id: push.workId!, eligible, item_numbers: itemNumbers, snapshot: snapshot!,
  };
}

/** What the decision about an outcome depends on, with what a sweep needs besides. */
export function circumstancesRow(tables: Tables, push: PushRecord): PushCircumstances & { attempt: number; account_id: string } {
  const { pushId, provider, reference, failures, checkFirst, attempt, accountId } = push;
  return {
    push_id: pushId, provider, reference, failures, check_first: checkFirst, attempt, account_id: accountId,
    account_name: tables.accounts.get(accountId)?.name ?? 'a deleted account',
  };
}
