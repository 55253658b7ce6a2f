import { select, type Queryable } from '@pes/store';

export interface TimelineEntry {
  at: Date;
  key: string;
  entry: Record<string, unknown>;
}

// An order has a few dozen of them, so they are sorted as they come.
const statement = {
  name: 'gateway-timeline',
  text: `select at, entry_key as key, entry from read_timeline
    where order_id = $2 and subscriber_id = $1 and ($3::timestamptz is null or (at, entry_key) > ($3, $4::text))
    order by at, entry_key limit $5::integer`,
};

/** Oldest first. */
export async function readTimeline(db: Queryable, { subscriberId, orderId }: { subscriberId: string; orderId: string }, after: { at: string; key: string } | undefined, limit: number): Promise<TimelineEntry[]> {
  return select<TimelineEntry>(db, statement, [subscriberId, orderId, after?.at ?? null, after?.key ?? null, limit]);
}

const dropStatement = {
  name: 'gateway-drop-timeline',
  text: `delete from read_timeline where ctid = any(array(select ctid from read_timeline where at < now() - $1::integer * interval '1 day' limit 5000)) returning 1`,
};

/** A share at a time, so that no statement takes long. */
export async function dropTimeline(db: Queryable, retentionDays: number): Promise<void> {
  while ((await select(db, dropStatement, [retentionDays])).length === 5_000);
}
