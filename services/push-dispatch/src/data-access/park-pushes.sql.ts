import { select, type Queryable } from '@pes/store';
import type { Parking } from '../domain/claimed-push.ts';
import { qualifiedPushColumns, type PushRow } from '../domain/push-state.ts';

// Nothing left the house, so a first attempt does not count as sent.
const parkPushesStatement = {
  name: 'dispatch-park-pushes',
  text: `update push set state = t.state, code = t.code, message = t.message, waiting_for = t.waiting_for::uuid[],
      first_sent_at = case when push.attempt = 1 then null else push.first_sent_at end,
      lease_until = null, work_id = null, run_at = case when t.state = 'queued' then now() + interval '5 seconds' end,
      unpublished = true, revision = revision + 1, updated_at = now()
    from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) as t(push_id, attempt, state, code, message, waiting_for)
    where push.push_id = t.push_id and push.attempt = t.attempt and push.state = 'sending'
    returning ${qualifiedPushColumns}`,
};

/** Takes claimed pushes back that must not be sent now. */
export async function parkPushes(db: Queryable, parkings: readonly Parking[]): Promise<PushRow[]> {
  if (parkings.length === 0) return [];
  return select<PushRow>(db, parkPushesStatement, [
    parkings.map((p) => p.pushId), parkings.map((p) => p.attempt), parkings.map((p) => p.state), parkings.map((p) => p.code), parkings.map((p) => p.message),
    parkings.map((p) => `{${p.waitingFor.join(',')}}`),
  ]);
}
