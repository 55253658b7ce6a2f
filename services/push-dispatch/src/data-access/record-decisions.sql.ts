import type { OrderDecision } from '@pes/contracts';
import { newId } from '@pes/kernel';
import { select, type Queryable } from '@pes/store';
import type { PlannedPush } from '../domain/fan-out.ts';
import { pushColumns, qualifiedPushColumns, type PushRow } from '../domain/push-state.ts';

/**
 * One statement for a batch: keeps the newest version of every order (of one version the later decision, made when a site's policy changed), creates the planned pushes, and lets those that were not sent yet
 * follow the newer version. Orders whose version is already there change nothing; their pushes are returned all the same, so that a
 * redelivery publishes again what may not have been published. A push that may be at the provider (check_first) follows nothing here: it
 * keeps its turn, and prepareWork has a person look when its order is not ready any more.
 */
const recordDecisionsStatement = {
  name: 'dispatch-record-decisions',
  text: `with o as (
      select t.*, s.snapshot from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $9::timestamptz[])
          with ordinality as t(order_id, subscriber_id, site_id, order_number, version, eligible, item_numbers, decided_at, place)
        join json_array_elements($8::json) with ordinality as s(snapshot, place) using (place)),
    stored as (
      insert into order_snapshot (order_id, subscriber_id, site_id, order_number, version, eligible, item_numbers, snapshot, decided_at)
      select order_id, subscriber_id, site_id, order_number, version, eligible, item_numbers::integer[], case when eligible then snapshot end, decided_at from o order by order_id
      on conflict (order_id) do update set version = excluded.version, eligible = excluded.eligible, item_numbers = excluded.item_numbers,
        snapshot = coalesce(excluded.snapshot, order_snapshot.snapshot), decided_at = excluded.decided_at
      where (excluded.version, excluded.decided_at) > (order_snapshot.version, order_snapshot.decided_at)
      returning order_id, eligible),
    planned as (
      select t.*, row_number() over (partition by t.account_id, t.reference order by t.order_id) > 1
          or exists (select from push p where p.account_id = t.account_id and p.reference = t.reference and p.reference_holder and p.order_id <> t.order_id) as is_taken
      from unnest($10::uuid[], $11::uuid[], $12::uuid[], $13::uuid[], $14::uuid[], $15::bigint[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[])
        as t(push_id, order_id, account_id, subscriber_id, site_id, order_number, provider, reference, state, code, message, waiting_for)
      join stored using (order_id)),
    created as (
      insert into push (push_id, order_id, account_id, subscriber_id, site_id, order_number, provider, reference, reference_holder, state, code, message, waiting_for, run_at)
      select push_id, order_id, account_id, subscriber_id, site_id, order_number, provider, reference, not is_taken,
        case when is_taken then 'rejected' else state end, case when is_taken then 'reference_taken' else code end,
        case when is_taken then 'Not sent: another order of this account already has the reference ' || reference || '. Two orders with one number are a fault in Pressero; push it as a new order if both are meant.' else message end,
        case when is_taken then '{}' else waiting_for end::uuid[], now()
      from planned order by order_id, account_id
      on conflict (order_id, account_id) do nothing
      returning ${pushColumns}),
    revised as (
      update push set state = planned.state, code = planned.code, message = planned.message, waiting_for = planned.waiting_for::uuid[],
        run_at = now(), revision = revision + 1, updated_at = now()
      from planned
      where push.order_id = planned.order_id and push.account_id = planned.account_id
        and (push.state in ('waiting-mapping', 'withdrawn') or (push.state in ('queued', 'retrying') and planned.state = 'waiting-mapping' and not push.check_first))
      returning ${qualifiedPushColumns}),
    withdrawn as (
      update push set state = 'withdrawn', code = 'not_ready_any_more', message = 'Waiting: the order changed before it was sent and is not ready any more.',
        run_at = null, revision = revision + 1, updated_at = now()
      from stored
      where push.order_id = stored.order_id and not stored.eligible and push.state in ('queued', 'retrying', 'waiting-mapping', 'blocked') and not push.check_first
      returning ${qualifiedPushColumns})
    select ${pushColumns} from created
    union all select ${pushColumns} from revised
    union all select ${pushColumns} from withdrawn
    union all select ${pushColumns} from push where order_id in (select order_id from o where order_id not in (select order_id from stored))`,
};

const uuidArray = (ids: readonly (string | number)[]): string => `{${ids.join(',')}}`;

async function record(db: Queryable, decisions: readonly OrderDecision[], pushes: readonly PlannedPush[]): Promise<PushRow[]> {
  const eligible = (decision: OrderDecision): boolean => decision.result === 'eligible';
  return select<PushRow>(db, recordDecisionsStatement, [
    decisions.map((d) => d.orderId), decisions.map((d) => d.subscriberId), decisions.map((d) => d.siteId), decisions.map((d) => d.orderNumber),
    decisions.map((d) => d.version), decisions.map(eligible), decisions.map((d) => uuidArray(d.itemNumbers)),
    // One JSON text for all: as elements of an array parameter every quote in it would be escaped, the largest single cost of this path.
    JSON.stringify(decisions.map((d) => d.order)), decisions.map((d) => d.decidedAt),
    pushes.map(() => newId()), pushes.map((p) => p.orderId), pushes.map((p) => p.accountId), pushes.map((p) => p.subscriberId), pushes.map((p) => p.siteId),
    pushes.map((p) => p.orderNumber), pushes.map((p) => p.provider), pushes.map((p) => p.reference), pushes.map((p) => p.state), pushes.map((p) => p.code),
    pushes.map((p) => p.message), pushes.map((p) => uuidArray(p.waitingFor)),
  ]);
}

const uniqueViolation = '23505';

/**
 * Stores decisions (one per order at most) and the pushes planned for them.
 * @returns the pushes that came into being, changed, or belong to an order that was already known in this version or a newer one
 */
export async function recordDecisions(db: Queryable, decisions: readonly OrderDecision[], pushes: readonly PlannedPush[]): Promise<PushRow[]> {
  try {
    return await record(db, decisions, pushes);
  } catch (error) {
    if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
    // Another replica gave the same reference to another order at the same time; now it is there to be seen.
    return record(db, decisions, pushes);
  }
}
