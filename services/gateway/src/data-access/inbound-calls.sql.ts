import { select, type Queryable } from '@pes/store';

export interface NewCall {
  callId: string;
  accountId: string;
  subscriberId: string;
  provider: string;
  bodyHash: string;
  headers: Record<string, string>;
  query: string;
  /** base64 */
  body: string;
}

/** The same bytes again within this are the same call: a provider that got no answer in time, or somebody who recorded it. */
const repeatSeconds = 10;

const repeatStatement = {
  name: 'gateway-repeat-inbound-call',
  text: `update inbound_call set repeats = repeats + 1 where call_id = (
      select call_id from inbound_call where account_id = $1 and body_hash = $2 and received_at > now() - interval '${repeatSeconds} seconds' order by received_at desc limit 1)
    returning call_id as "callId", received_at as "receivedAt"`,
};

const storeStatement = {
  name: 'gateway-store-inbound-call',
  text: `insert into inbound_call (call_id, account_id, subscriber_id, provider, body_hash, headers, query, body) values ($1, $2, $3, $4, $5, $6, $7, $8)
    returning call_id as "callId", received_at as "receivedAt"`,
};

export interface StoredCall {
  callId: string;
  receivedAt: Date;
  /** False when the same call is there already. */
  fresh: boolean;
}

/** Stores a call, or counts it as a repeat of the one that is there. Only inside a transaction that locks the account. */
export async function storeCall(db: Queryable, call: NewCall): Promise<StoredCall> {
  const [repeat] = await select<Omit<StoredCall, 'fresh'>>(db, repeatStatement, [call.accountId, call.bodyHash]);
  if (repeat !== undefined) return { ...repeat, fresh: false };
  const [stored] = await select<Omit<StoredCall, 'fresh'>>(db, storeStatement, [
    call.callId, call.accountId, call.subscriberId, call.provider, call.bodyHash, JSON.stringify(call.headers), call.query, call.body,
  ]);
  if (stored === undefined) throw new Error('an inbound call was not stored');
  return { ...stored, fresh: true };
}

const lockStatement = { name: 'gateway-lock-inbound', text: `select pg_advisory_xact_lock(hashtext('gateway-inbound'), hashtext($1))` };

/** Calls of one account are stored one after the other, so that two copies at once are seen as such. */
export async function lockInbound(db: Queryable, accountId: string): Promise<void> {
  await select(db, lockStatement, [accountId]);
}
