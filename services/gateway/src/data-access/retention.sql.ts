import { select, type Queryable } from '@pes/store';

const statements = [
  {
    name: 'gateway-drop-letters',
    text: `delete from dead_letter where id in (
      select id from dead_letter where status <> 'open' and status_at < now() - $1::integer * interval '1 day' limit 5000) returning id`,
  },
  {
    name: 'gateway-drop-replays',
    text: `delete from replay_job where state in ('finished', 'cancelled') and finished_at < now() - $1::integer * interval '1 day' returning job_id`,
  },
  {
    name: 'gateway-drop-outbox',
    text: `delete from outbox where kept_at < now() - least($1::integer, 7) * interval '1 day' returning id`,
  },
  {
    name: 'gateway-drop-inbound-calls',
    text: `delete from inbound_call where call_id in (
      select call_id from inbound_call where received_at < now() - least($1::integer, 30) * interval '1 day' limit 5000) returning call_id`,
  },
];

/** Removes what was settled longer ago than the retention. Open dead letters and the audit log stay. */
export async function dropSettled(db: Queryable, retentionDays: number): Promise<number> {
  let dropped = 0;
  for (const statement of statements) dropped += (await select(db, statement, [retentionDays])).length;
  return dropped;
}
