import { select, type Queryable } from '@pes/store';
import { jsonParameter } from './json-parameter.ts';

export interface SyncLine {
  level: 'info' | 'waiting' | 'warning';
  message: string;
  orderId?: string;
  orderNumber?: number;
}

export interface StoredLine extends SyncLine {
  seq: number;
  at: Date;
}

const addStatement = {
  name: 'gateway-add-sync-lines',
  text: `insert into sync_line (sync_id, level, message, order_id, order_number)
    select $1, level, message, "orderId", "orderNumber" from json_to_recordset($2::json) as t(level text, message text, "orderId" uuid, "orderNumber" bigint)`,
};

export async function addLines(db: Queryable, syncId: string, lines: readonly SyncLine[]): Promise<void> {
  if (lines.length > 0) await select(db, addStatement, [syncId, jsonParameter(lines)]);
}

const listStatement = {
  name: 'gateway-list-sync-lines',
  text: `select l.seq, l.at, l.level, l.message, l.order_id as "orderId", l.order_number as "orderNumber" from sync_line l join sync_run r on r.sync_id = l.sync_id and r.subscriber_id = $1
    where l.sync_id = $2 and l.seq > $3::bigint order by l.seq limit $4::integer`,
};

/** Oldest first. */
export async function listLines(db: Queryable, { subscriberId, syncId }: { subscriberId: string; syncId: string }, after: number, limit: number): Promise<StoredLine[]> {
  return select<StoredLine>(db, listStatement, [subscriberId, syncId, after, limit]);
}
