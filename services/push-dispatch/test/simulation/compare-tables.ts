import type { Pool } from '@pes/store';
import type { PushRecord, Tables } from './tables.ts';

type Row = Record<string, unknown>;

/** What the tables hold, in one form for both: times in milliseconds, and instead of the key of a work message the first push in it. */
export interface Contents {
  pushes: Row[];
  orders: Row[];
  lanes: Row[];
  buckets: Row[];
  /** push and attempt of what was logged */
  attempts: string[];
  /** command and push of what was applied */
  commands: string[];
}

const readStatement = `select
  (select coalesce(json_agg(push order by push_id), '[]') from push) as pushes,
  (select coalesce(json_agg(order_snapshot order by order_id), '[]') from order_snapshot) as orders,
  (select coalesce(json_agg(lane order by account_id), '[]') from lane) as lanes,
  (select coalesce(json_agg(bucket order by bucket_key), '[]') from bucket) as buckets,
  (select coalesce(json_agg(push_id || ':' || attempt order by push_id, attempt, started_at), '[]') from attempt) as attempts,
  (select coalesce(json_agg(command_id || ':' || push_id order by command_id, push_id), '[]') from applied_command) as commands`;

const byKey = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function msOf(time: unknown): number | null {
  if (time === null || time === undefined) return null;
  if (time === '-infinity') return -Infinity;
  return time === 'infinity' ? Infinity : Date.parse(time as string);
}

/** Refills come to fractions of a token; sums in another order may differ in the last digits. */
const rounded = (tokens: number): number => Math.round(tokens * 1e6) / 1e6;

/** Work messages have random keys; which pushes share one is what counts. */
function withoutWorkIds(pushes: Row[]): Row[] {
  const first = new Map<unknown, unknown>();
  for (const { workId, pushId } of pushes) if (!first.has(workId)) first.set(workId, pushId);
  return pushes.map((push) => ({ ...push, workId: push['workId'] === null ? null : first.get(push['workId']) }));
}

function pushOf(row: Row): Row {
  return {
    pushId: row['push_id'], orderId: row['order_id'], accountId: row['account_id'], reference: row['reference'], state: row['state'], code: row['code'], message: row['message'],
    attempt: row['attempt'], failures: row['failures'], runAtMs: msOf(row['run_at']), claimedAtMs: msOf(row['claimed_at']), leaseUntilMs: msOf(row['lease_until']),
    firstSentAtMs: msOf(row['first_sent_at']), checkFirst: row['check_first'], workId: row['work_id'], announcedAgain: row['announced_again'],
    providerRef: row['provider_ref'], waitingFor: row['waiting_for'], generation: row['generation'], revision: row['revision'], updatedAtMs: msOf(row['updated_at']),
  };
}

export async function readReal(db: Pool): Promise<Contents> {
  const { rows: [all] } = await db.query<Contents>(readStatement);
  const { pushes, orders, lanes, buckets, attempts, commands } = all!;
  return {
    pushes: withoutWorkIds(pushes.map(pushOf)), attempts, commands,
    orders: orders.map((row) => ({
      orderId: row['order_id'], version: row['version'], decidedAtMs: msOf(row['decided_at']), eligible: row['eligible'], itemNumbers: row['item_numbers'],
      snapshotVersion: (row['snapshot'] as Row | null)?.['version'] ?? null,
    })),
    lanes: lanes.map((row) => ({
      accountId: row['account_id'], servedAtMs: msOf(row['served_at']), pausedUntilMs: msOf(row['paused_until']), pauseCode: row['pause_code'],
      pauseMessage: row['pause_message'], operatorPaused: row['operator_paused'],
    })),
    buckets: buckets.map((row) => ({
      bucketKey: row['bucket_key'], tokens: rounded(row['tokens'] as number), refilledAtMs: msOf(row['refilled_at']), holdUntilMs: msOf(row['hold_until']),
    })),
  };
}

function fakePush({ subscriberId: _s, siteId: _i, orderNumber: _n, provider: _p, unpublished: _u, ...push }: PushRecord): Row {
  return push;
}

export function readFake(tables: Tables): Contents {
  const sorted = <T>(values: Iterable<T>, keyOf: (value: T) => string): T[] => [...values].sort((a, b) => byKey(keyOf(a), keyOf(b)));
  return {
    pushes: withoutWorkIds(sorted(tables.pushes, (push) => push.pushId).map(fakePush)),
    orders: sorted(tables.orders.values(), (order) => order.orderId).map(({ snapshot, ...order }) => ({ ...order, snapshotVersion: snapshot?.version ?? null })),
    lanes: sorted(tables.lanes.values(), (lane) => lane.accountId)
      .map(({ accountId, servedAtMs, pausedUntilMs, pauseCode, pauseMessage, operatorPaused }) => ({ accountId, servedAtMs, pausedUntilMs, pauseCode, pauseMessage, operatorPaused })),
    buckets: sorted(tables.buckets.values(), (bucket) => bucket.bucketKey)
      .map(({ bucketKey, tokens, refilledAtMs, holdUntilMs }) => ({ bucketKey, tokens: rounded(tokens), refilledAtMs, holdUntilMs })),
    attempts: [...tables.attempts].sort(byKey).map((key) => key.split(':').slice(0, 2).join(':')),
    commands: [...tables.commands].sort(byKey),
  };
}

/**
 * Answers of a statement as data: rows in the order of their keys and each once (two commands for one push answer it twice), times as
 * milliseconds, no keys of work messages, of orders only the version.
 */
export function answerOf(answer: unknown): unknown {
  if (!Array.isArray(answer)) return answer ?? null;
  const rows = new Map(answer.map((row) => [JSON.stringify(plainOf(row)), plainOf(row)]));
  return [...rows].sort(([a], [b]) => byKey(a, b)).map(([, row]) => row);
}

function plainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'work_id').sort(([a], [b]) => byKey(a, b)).map(([name, member]) => {
    if (member instanceof Date) return [name, member.getTime()];
    return [name, name === 'snapshot' ? (member as { version: number }).version : member];
  }));
}
