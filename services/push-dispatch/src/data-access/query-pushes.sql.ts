import type { PushQuery } from '@pes/contracts';
import { select, type Queryable } from '@pes/store';
import { pushColumns, type PushRow } from '../domain/push-state.ts';

// For people and tools, off the hot path. Keys are UUIDs of version 7, so the newest pushes have the highest keys and a page follows the primary key.
const queryPushesStatement = {
  name: 'dispatch-query-pushes',
  text: `select ${pushColumns}, created_at from push
    where ($1::uuid is null or subscriber_id = $1) and ($2::uuid is null or account_id = $2) and ($3::uuid is null or site_id = $3)
      and ($4::text is null or provider = $4) and ($5::text[] is null or state = any($5)) and ($6::text is null or code = $6)
      and ($7::timestamptz is null or updated_at >= $7) and ($8::timestamptz is null or updated_at < $8)
      and ($9::text is null or reference ilike $9 or provider_ref ilike $9 or message ilike $9)
      and ($10::uuid is null or push_id < $10)
    order by push_id desc limit $11::integer`,
};

/** Backslash, percent and underscore have a meaning in a pattern; in a search text they are themselves. */
function pattern(text: string | undefined): string | null {
  return text === undefined ? null : `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

export async function queryPushes(db: Queryable, query: PushQuery): Promise<Array<PushRow & { created_at: Date }>> {
  return select(db, queryPushesStatement, [
    query.subscriberId ?? null, query.accountId ?? null, query.siteId ?? null, query.provider ?? null, query.states ?? null, query.code ?? null,
    query.from ?? null, query.to ?? null, pattern(query.text), query.after ?? null, query.limit ?? 50,
  ]);
}

const attemptsStatement = {
  name: 'dispatch-push-attempts',
  text: 'select attempt, started_at, finished_at, kind, code, message, exchanges from attempt where push_id = $1 order by started_at, attempt',
};

const commandsStatement = {
  name: 'dispatch-push-commands',
  text: 'select command_id, action, actor, note, applied_at from applied_command where push_id = $1 order by applied_at',
};

const pushStatement = { name: 'dispatch-push', text: `select ${pushColumns}, created_at, first_sent_at, failures, generation from push where push_id = $1` };

/**
 * One push with its history, or undefined. Requests and responses were masked by the connector. The history is read first: whoever sees a
 * command here as applied must see its effect on the push too.
 */
export async function pushDetail(db: Queryable, pushId: string): Promise<object | undefined> {
  const commands = await select(db, commandsStatement, [pushId]);
  const attempts = await select(db, attemptsStatement, [pushId]);
  const [push] = await select(db, pushStatement, [pushId]);
  return push === undefined ? undefined : { push, attempts, commands };
}

const lanesStatement = {
  name: 'dispatch-lanes-overview',
  text: `select a.account_id, a.subscriber_id, a.name, a.provider, a.state, coalesce(l.operator_paused, false) as operator_paused,
      case when l.paused_until = 'infinity' then null else l.paused_until end as paused_until, l.paused_until > now() as waiting, l.pause_code, l.pause_message,
      coalesce(sum(b.n), 0)::bigint as unsent, coalesce(sum(b.n) filter (where b.state = 'sending'), 0)::bigint as sending, min(b.oldest) as oldest_unsent_at
    from account a left join lane l using (account_id)
    left join lateral (
      select state, count(*) as n, min(created_at) as oldest from push
      where push.account_id = a.account_id
        and (state in ('queued', 'retrying', 'checking') or state = 'sending' or state in ('waiting-mapping', 'withdrawn', 'blocked')) group by state) b on true
    where $1::uuid is null or a.subscriber_id = $1
    group by a.account_id, l.account_id order by a.name`,
};

/** Every account with its lane: is it paused, why, and how much waits. */
export async function lanesOverview(db: Queryable, subscriberId: string | undefined): Promise<object[]> {
  return select(db, lanesStatement, [subscriberId ?? null]);
}

const sumsStatement = {
  name: 'dispatch-sums',
  text: `select (select count(*) from order_snapshot) as orders, (select count(*) from order_snapshot where eligible) as eligible,
    (select count(*) from order_snapshot o where eligible and not exists (select from push where push.order_id = o.order_id)) as untargeted,
    (select count(*) from push) as pushes,
    (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from push group by state) s) as by_state`,
};

/** Counts that must add up; for reconciliation. */
export async function dispatchSums(db: Queryable): Promise<object> {
  const [sums] = await select(db, sumsStatement);
  return sums ?? {};
}
