import type { PushResult } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import type { Transition } from '../domain/transition.ts';
import { pushColumns, qualifiedPushColumns, type PushRow } from '../domain/push-state.ts';

export interface RecordedOutcome {
  result: PushResult;
  transition: Transition;
}

/**
 * Logs every attempt and moves the push on. Who may write:
 * - the attempt that is being waited for (same number, state sending);
 * - late, after the lease ended or the outcome was unknown: only news that settle it, "it is there" or "it was never sent".
 * An outcome that says "certainly not applied" takes the time of the first send back, unless an earlier one is still unclear.
 * Everything else is history: a report of an older attempt is logged and changes nothing.
 * Pushes that did not change are returned too, so that a redelivery publishes again what may not have been published.
 */
const recordOutcomesStatement = {
  name: 'dispatch-record-outcomes',
  text: `with r as materialized (
      select distinct on (push_id, attempt) *
      from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
          $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::integer[], $14::text[])
        with ordinality as t(push_id, attempt, started_at, finished_at, kind, code, message, next_state, next_code, next_message, run_at, failures, provider_ref, place)
      join json_array_elements($8::json) with ordinality as e(exchanges, place) using (place)
      order by push_id, attempt, kind in ('accepted', 'duplicate') desc, started_at),
    logged as (
      insert into attempt (push_id, attempt, started_at, finished_at, kind, code, message, exchanges)
      select push_id, attempt, started_at, finished_at, kind, code, message, exchanges from r order by push_id
      on conflict do nothing),
    moved as (
      update push set state = r.next_state, code = r.next_code, message = r.next_message, run_at = r.run_at, failures = r.failures,
        provider_ref = coalesce(r.provider_ref, push.provider_ref), lease_until = null,
        check_first = push.check_first or r.kind = 'unknown',
        first_sent_at = case when r.kind in ('retry', 'blocked', 'rejected') and not push.check_first then null else push.first_sent_at end,
        revision = revision + 1, updated_at = now()
      from r
      where push.push_id = r.push_id and push.attempt = r.attempt
        and (push.state = 'sending'
          or (push.state in ('checking', 'retrying', 'needs-person') and r.kind in ('accepted', 'duplicate'))
          or (push.state in ('checking', 'needs-person') and push.code = 'lease_expired' and r.code = 'lease_expired_unsent'))
      returning ${qualifiedPushColumns})
    select true as changed, ${pushColumns} from moved
    union all
    select false, ${qualifiedPushColumns} from push where push_id in (select push_id from r where push_id not in (select push_id from moved))`,
};

const dayMs = 86_400_000;

/** A connector whose clock is off by more than a day would write outside every partition. */
function startOf({ startedAt }: PushResult, nowMs: number): string {
  return Math.abs(Date.parse(startedAt) - nowMs) < dayMs ? startedAt : new Date(nowMs).toISOString();
}

const when = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const textOf = (result: PushResult, member: 'code' | 'message'): string | null =>
  ((result.outcome as unknown as Record<string, unknown>)[member] as string | undefined) ?? null;

export async function recordOutcomes(db: Queryable, outcomes: readonly RecordedOutcome[]): Promise<Array<PushRow & { changed: boolean }>> {
  const nowMs = Date.now();
  return select(db, recordOutcomesStatement, [
    outcomes.map((o) => o.result.pushId), outcomes.map((o) => o.result.fence), outcomes.map((o) => startOf(o.result, nowMs)), outcomes.map((o) => o.result.finishedAt),
    outcomes.map((o) => o.result.outcome.kind), outcomes.map((o) => textOf(o.result, 'code')), outcomes.map((o) => textOf(o.result, 'message')),
    // One JSON text for all, see record-decisions.
    JSON.stringify(outcomes.map((o) => o.result.exchanges)),
    outcomes.map((o) => o.transition.state), outcomes.map((o) => o.transition.code), outcomes.map((o) => o.transition.message),
    outcomes.map((o) => when(o.transition.runAtMs)), outcomes.map((o) => o.transition.failures), outcomes.map((o) => o.transition.providerRef),
  ]);
}

const applyExpiryStatement = {
  name: 'dispatch-apply-lease-expiry',
  text: `update push set state = t.state, code = t.code, message = t.message, run_at = t.run_at, failures = t.failures, lease_until = null,
      check_first = true, unpublished = true, revision = revision + 1, updated_at = now()
    from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::integer[])
      as t(push_id, attempt, state, code, message, run_at, failures)
    where push.push_id = t.push_id and push.attempt = t.attempt and push.state = 'sending' and push.lease_until < now()
    returning ${qualifiedPushColumns}`,
};

/** Moves pushes on whose lease ended without a report. */
export async function applyLeaseExpiry(db: Queryable, expired: ReadonlyArray<{ pushId: string; attempt: number; transition: Transition }>): Promise<PushRow[]> {
  if (expired.length === 0) return [];
  return select<PushRow>(db, applyExpiryStatement, [
    expired.map((e) => e.pushId), expired.map((e) => e.attempt), expired.map((e) => e.transition.state), expired.map((e) => e.transition.code),
    expired.map((e) => e.transition.message), expired.map((e) => when(e.transition.runAtMs)), expired.map((e) => e.transition.failures),
  ]);
}
