import { newId } from '@pes/kernel';
import { select, type Queryable } from '@pes/store';
import type { Scope } from '../domain/scope.ts';
import { jsonParameter } from './json-parameter.ts';

export interface AuditEntry {
  actor: string;
  /** The verb that was carried out, or what a job did by itself. */
  action: string;
  targetKind: 'dead-letter' | 'replay' | 'push' | 'account' | 'site' | 'activation' | 'product' | 'category' | 'user' | 'entitlement' | 'key' | 'registry' | 'order' | 'sync' | 'read-model';
  targetId: string;
  /** Whose audit log it appears in, besides that of the platform. */
  subscriberId: string | null;
  note?: string | undefined;
  detail?: object;
}

const writeStatement = {
  name: 'gateway-write-audit',
  text: `insert into audit (id, actor, action, target_kind, target_id, subscriber_id, note, detail)
    select * from json_to_recordset($1::json) as t(id uuid, actor text, action text, "targetKind" text, "targetId" text, "subscriberId" uuid, note text, detail json)`,
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

export type StoredEntry = AuditEntry & { id: string; at: Date; note: string | null; detail: object };

const listStatement = {
  name: 'gateway-list-audit',
  text: `select id, at, actor, action, target_kind as "targetKind", target_id as "targetId", subscriber_id as "subscriberId", note, detail from audit
    where ($1::text is null or actor = $1) and ($2::text is null or action = $2) and ($3::text is null or target_id = $3)
      and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5) and ($6::uuid is null or id < $6) and ($8::uuid is null or subscriber_id = $8)
    order by id desc limit $7::integer`,
};

/** Newest first. */
export async function listAudit(db: Queryable, scope: Scope, filter: AuditFilter, { after, limit }: { after: string | undefined; limit: number }): Promise<StoredEntry[]> {
  return select(db, listStatement, [filter.actor ?? null, filter.action ?? null, filter.targetId ?? null, filter.from ?? null, filter.to ?? null, after ?? null, limit, scope.subscriberId]);
}
