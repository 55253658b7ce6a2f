import { newId } from '@pes/kernel';
import { select, type Queryable } from '@pes/store';
import { jsonParameter } from './json-parameter.ts';

export interface AuditEntry {
  actor: string;
  /** The verb that was carried out, or what a job did by itself. */
  action: string;
  targetKind: 'dead-letter' | 'replay' | 'push' | 'account';
  targetId: string;
  note?: string | undefined;
  detail?: object;
}

const writeStatement = {
  name: 'gateway-write-audit',
  text: `insert into audit (id, actor, action, target_kind, target_id, note, detail)
    select * from json_to_recordset($1::json) as t(id uuid, actor text, action text, "targetKind" text, "targetId" text, note text, detail json)`,
};

/** In the transaction of what it tells about. */
export async function writeAudit(db: Queryable, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await select(db, writeStatement, [jsonParameter(entries.map((entry) => ({ detail: {}, ...entry, id: newId() })))]);
}

export interface AuditFilter {
  actor?: string;
  action?: string;
  targetId?: string;
  from?: string;
  to?: string;
}

const listStatement = {
  name: 'gateway-list-audit',
  text: `select id, at, actor, action, target_kind as "targetKind", target_id as "targetId", note, detail from audit
    where ($1::text is null or actor = $1) and ($2::text is null or action = $2) and ($3::text is null or target_id = $3)
      and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5) and ($6::uuid is null or id < $6)
    order by id desc limit $7::integer`,
};

/** Newest first. */
export async function listAudit(db: Queryable, filter: AuditFilter, after: string | undefined, limit: number): Promise<Array<AuditEntry & { id: string; at: Date }>> {
  return select(db, listStatement, [filter.actor ?? null, filter.action ?? null, filter.targetId ?? null, filter.from ?? null, filter.to ?? null, after ?? null, limit]);
}
