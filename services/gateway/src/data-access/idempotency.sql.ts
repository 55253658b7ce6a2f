import { select, type Queryable } from '@pes/store';

export interface StoredReply {
  status: number;
  body: string | null;
  headers: Record<string, string>;
}

export interface KeyClaim {
  /** Whose keys: a key means something only within one subscriber, or within the platform. */
  owner: string;
  key: string;
  /** Of operation, path and body. */
  fingerprint: string;
  /** This try; a later one that takes over has another. */
  attempt: string;
}

/** A request that died leaves its claim for this long. Longer than any request lasts. */
const lockSeconds = 90;
const keptHours = 24;

const claimStatement = {
  name: 'gateway-claim-idempotency-key',
  text: `insert into idempotency_key as k (owner, key, fingerprint, attempt, locked_until) values ($1, $2, $3, $4, now() + interval '${lockSeconds} seconds')
    on conflict (owner, key) do update set fingerprint = excluded.fingerprint, attempt = excluded.attempt, locked_until = excluded.locked_until,
      status = null, body = null, headers = '{}', created_at = now()
    where k.created_at < now() - interval '${keptHours} hours' or (k.status is null and k.locked_until < now() and k.fingerprint = excluded.fingerprint)
    returning attempt`,
};

const findStatement = {
  name: 'gateway-find-idempotency-key',
  text: 'select fingerprint, status, body, headers from idempotency_key where owner = $1 and key = $2',
};

export type ClaimResult = { kind: 'claimed' | 'reused' | 'in-progress' } | { kind: 'done'; reply: StoredReply };

interface KeyRow { fingerprint: string; status: number | null; body: string | null; headers: Record<string, string> }

/** Takes the key for this try, or says what became of the request that it belongs to. */
export async function claimKey(db: Queryable, { owner, key, fingerprint, attempt }: KeyClaim): Promise<ClaimResult> {
  if ((await select(db, claimStatement, [owner, key, fingerprint, attempt])).length > 0) return { kind: 'claimed' };
  const [row] = await select<KeyRow>(db, findStatement, [owner, key]);
  // Released in between: the caller may try again.
  if (row === undefined) return { kind: 'in-progress' };
  if (row.fingerprint !== fingerprint) return { kind: 'reused' };
  return row.status === null ? { kind: 'in-progress' } : { kind: 'done', reply: { status: row.status, body: row.body, headers: row.headers } };
}

const storeStatement = {
  name: 'gateway-store-idempotent-reply',
  text: `update idempotency_key set status = $4, body = $5, headers = $6 where owner = $1 and key = $2 and attempt = $3 and status is null returning key`,
};

/** False when another try has taken over: then this one must not take effect. */
export async function storeReply(db: Queryable, { owner, key, attempt }: KeyClaim, reply: StoredReply): Promise<boolean> {
  return (await select(db, storeStatement, [owner, key, attempt, reply.status, reply.body, JSON.stringify(reply.headers)])).length > 0;
}

const releaseStatement = {
  name: 'gateway-release-idempotency-key',
  text: 'delete from idempotency_key where owner = $1 and key = $2 and attempt = $3 and status is null',
};

/** After a request that did nothing and may be sent again. */
export async function releaseKey(db: Queryable, { owner, key, attempt }: KeyClaim): Promise<void> {
  await select(db, releaseStatement, [owner, key, attempt]);
}

const dropStatement = {
  name: 'gateway-drop-idempotency-keys',
  text: `delete from idempotency_key where created_at < now() - interval '${keptHours} hours' returning key`,
};

export async function dropOldKeys(db: Queryable): Promise<number> {
  return (await select(db, dropStatement)).length;
}
