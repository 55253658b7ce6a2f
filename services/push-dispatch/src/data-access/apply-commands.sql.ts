import type { PushCommand } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { qualifiedPushColumns, type PushRow } from '../domain/push-state.ts';

/**
 * From which states a command moves a push. Nothing moves a push that is queued, being sent or sent: a command that comes late does no harm.
 * A push whose reference belongs to another order can only become a new order.
 * A rejected push is certainly not at the provider, so it starts afresh. `retry` of an unclear outcome checks first; only `resend` sends without, and is for providers that cannot be asked.
 */
const applyStatement = {
  name: 'dispatch-apply-push-commands',
  text: `with c as materialized (
      select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
        as t(command_id, push_id, subscriber_id, action, actor, note, provider_ref)),
    allowed as materialized (
      select c.*, push.state, push.reference, push.generation from c join push on push.push_id = c.push_id and push.subscriber_id = c.subscriber_id
      where (c.action in ('retry', 'resend', 'resend-as-new') and (push.reference_holder or c.action = 'resend-as-new') and push.state in ('dead', 'rejected', 'blocked', 'retrying', 'waiting-mapping', 'dismissed', 'needs-person'))
        or (c.action = 'resend-as-new' and push.state = 'sent')
        or (c.action = 'mark-sent' and push.state in ('dead', 'rejected', 'blocked', 'retrying', 'checking', 'waiting-mapping', 'dismissed', 'needs-person'))
        or (c.action = 'dismiss' and push.state in ('dead', 'rejected', 'blocked', 'waiting-mapping', 'needs-person', 'withdrawn'))),
    fresh as (
      insert into applied_command (command_id, push_id, action, actor, note)
      select distinct on (command_id, push_id) command_id, push_id, action, actor, note from allowed order by command_id, push_id
      on conflict do nothing returning command_id, push_id),
    due as (
      select distinct on (push_id) allowed.* from allowed join fresh using (command_id, push_id) order by push_id, command_id),
    moved as (
      update push set
        state = case due.action when 'mark-sent' then 'sent' when 'dismiss' then 'dismissed'
          when 'retry' then case when due.state = 'needs-person' then 'checking' else 'queued' end else 'queued' end,
        code = null,
        message = case due.action when 'mark-sent' then 'Marked as sent by ' || due.actor || coalesce(': ' || due.note, '.')
          when 'dismiss' then 'Dismissed by ' || due.actor || coalesce(': ' || due.note, '.')
          when 'resend-as-new' then 'Queued as a new order by ' || due.actor || '.' else 'Queued again by ' || due.actor || '.' end,
        run_at = case when due.action in ('mark-sent', 'dismiss') then null else now() end,
        failures = case when due.action in ('mark-sent', 'dismiss') then push.failures else 0 end,
        provider_ref = case due.action when 'mark-sent' then coalesce(due.provider_ref, push.provider_ref) when 'resend-as-new' then null
          when 'retry' then case when due.state = 'rejected' then null else push.provider_ref end else push.provider_ref end,
        check_first = case when due.action in ('resend', 'resend-as-new') or due.state = 'rejected' then false else push.check_first end,
        first_sent_at = case when due.action in ('resend', 'resend-as-new') or due.state = 'rejected' then null else push.first_sent_at end,
        generation = push.generation + case when due.action = 'resend-as-new' then 1 else 0 end,
        reference = case when due.action = 'resend-as-new' then regexp_replace(push.reference, '-R[0-9]+$', '') || '-R' || (push.generation + 1) else push.reference end,
        reference_holder = push.reference_holder or due.action = 'resend-as-new',
        waiting_for = '{}', revision = push.revision + 1, updated_at = now()
      from due where push.push_id = due.push_id and push.state = due.state
      returning ${qualifiedPushColumns})
    select * from moved
    union all
    select ${qualifiedPushColumns} from push join c on c.push_id = push.push_id and c.subscriber_id = push.subscriber_id
    where push.push_id not in (select push_id from moved)`,
};

/** One command and push a row. Answers every push of the subscriber that was named, moved or not, so that a redelivery publishes again. */
export async function applyPushCommands(db: Queryable, commands: readonly PushCommand[]): Promise<PushRow[]> {
  const rows = commands.flatMap((command) => command.pushIds.map((pushId) => ({ ...command, pushId })));
  return select<PushRow>(db, applyStatement, [
    rows.map((r) => r.commandId), rows.map((r) => r.pushId), rows.map((r) => r.subscriberId), rows.map((r) => r.action), rows.map((r) => r.actor),
    rows.map((r) => r.note ?? null), rows.map((r) => r.providerRef ?? null),
  ]);
}

const pauseStatement = {
  name: 'dispatch-operator-pause',
  text: `update lane set operator_paused = t.pause,
      paused_until = case when t.pause then lane.paused_until else '-infinity' end,
      pause_code = case when t.pause then 'account_paused' end, pause_message = t.message
    from (select distinct on (account_id) * from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[]) with ordinality
        as t(account_id, subscriber_id, pause, message, place) order by account_id, place desc) t
    join account a on a.account_id = t.account_id and a.subscriber_id = t.subscriber_id
    where lane.account_id = t.account_id
    returning lane.account_id, t.pause`,
};

/** The last command of an account counts. Answers the accounts that exist and belong to the subscriber. */
export async function setOperatorPause(db: Queryable, pauses: ReadonlyArray<{ accountId: string; subscriberId: string; pause: boolean; message: string }>):
Promise<Array<{ account_id: string; pause: boolean }>> {
  if (pauses.length === 0) return [];
  return select(db, pauseStatement, [pauses.map((p) => p.accountId), pauses.map((p) => p.subscriberId), pauses.map((p) => p.pause), pauses.map((p) => p.message)]);
}
