import type { ConnectorManifest, DeadPush } from '@pes/contracts';
import { isoTime } from '@pes/kernel';
import { select, type Queryable } from '@pes/store';
import { pushColumns, type PushRow } from '../domain/push-state.ts';

type DeadRow = PushRow & { first_sent_at: Date | null; created_at: Date };

const byIdStatement = {
  name: 'dispatch-dead-pushes',
  text: `select ${pushColumns}, first_sent_at, created_at from push where push_id = any($1::uuid[]) and state = 'dead'`,
};

const pageStatement = {
  name: 'dispatch-dead-push-page',
  text: `select ${pushColumns}, first_sent_at, created_at from push where state = 'dead' and push_id > $1::uuid order by push_id limit $2::integer`,
};

const riskOf = { key: 'none', 'natural-key': 'looked-up', lookup: 'looked-up', none: 'unknown' } as const;

function deadPushOf(row: DeadRow, manifests: ReadonlyMap<string, ConnectorManifest>): DeadPush {
  return {
    pushId: row.push_id, subscriberId: row.subscriber_id, siteId: row.site_id, accountId: row.account_id, orderId: row.order_id, orderNumber: row.order_number,
    provider: row.provider, reference: row.reference, code: row.code ?? 'attempts_exhausted', message: row.message, attempts: Math.max(1, row.attempt), revision: row.revision,
    firstAttemptAt: isoTime((row.first_sent_at ?? row.created_at).getTime()), lastAttemptAt: isoTime(row.updated_at.getTime()),
    duplicateRisk: riskOf[manifests.get(row.provider)?.idempotency ?? 'none'],
  };
}

/** Those of the pushes that are out of attempts. */
export async function deadPushes(db: Queryable, pushIds: readonly string[], manifests: ReadonlyMap<string, ConnectorManifest>): Promise<DeadPush[]> {
  const rows = await select<DeadRow>(db, byIdStatement, [pushIds]);
  return rows.map((row) => deadPushOf(row, manifests));
}

/** A page of all pushes that are out of attempts, for whoever keeps a copy of them. */
export async function deadPushPage(db: Queryable, afterPushId: string, limit: number, manifests: ReadonlyMap<string, ConnectorManifest>): Promise<DeadPush[]> {
  const rows = await select<DeadRow>(db, pageStatement, [afterPushId, limit]);
  return rows.map((row) => deadPushOf(row, manifests));
}
