import type { IncomingMessage } from 'node:http';
import { fail, newId, ok, type Result } from '@pes/kernel';
import type { Api } from '../api.ts';
import { claimKey, type KeyClaim, type StoredReply } from '../data-access/idempotency.sql.ts';
import type { Caller } from './authenticate.ts';
import type { Trouble } from './problem.ts';
import type { Input, Reply, Route } from './route.ts';

/**
 * Idempotency-Key on POST: the first request with a key is carried out, and its answer is kept for a day; a repeat gets that answer. The
 * key belongs to the subscriber. Answers of 500 and above are not kept, so that the request can be sent again.
 */
export type KeyUse = { kind: 'none' } | { kind: 'claimed'; claim: KeyClaim } | { kind: 'done'; reply: StoredReply };

const pattern = /^[\x21-\x7e]{1,200}$/;

export function takesKey(route: Route): boolean {
  return route.method === 'post' && route.tenancy !== 'everybody' && route.idempotencyKey !== false && route.body?.kind !== 'stream';
}

export async function useKey(api: Api, route: Route, { request, caller, input }: { request: IncomingMessage; caller: Caller; input: Input }): Promise<Result<KeyUse, Trouble>> {
  const key = request.headers['idempotency-key'];
  if (key === undefined || !takesKey(route)) return ok({ kind: 'none' });
  if (typeof key !== 'string' || !pattern.test(key)) {
    const line = 'header.Idempotency-Key must be 1 to 200 visible ASCII characters, such as a UUID';
    return fail({ code: 'invalid', detail: line, errors: [line] });
  }
  // The body may hold credentials: a keyed hash, so that a stolen table does not give them away.
  const fingerprint = api.fingerprint('idempotency', [route.operationId, caller.subject, input.params, input.query, input.body]);
  const claim: KeyClaim = { owner: caller.subscriberId ?? 'platform', key, fingerprint, attempt: newId() };
  const result = await claimKey(api.db, claim);
  switch (result.kind) {
    case 'claimed':
      return ok({ kind: 'claimed', claim });
    case 'done':
      return ok(result);
    case 'reused':
      return fail({ code: 'key_reused', detail: 'this Idempotency-Key came with another request before: use a new key for a new request' });
    case 'in-progress':
      return fail({ code: 'key_in_progress', detail: 'the request with this Idempotency-Key still runs: ask again in a moment', headers: { 'retry-after': '1' } });
  }
}

/** An answer as it is kept; the trace id in a problem stays that of the first request. */
export function storedOf({ status, body, version, headers = {} }: Reply): StoredReply {
  return {
    status, body: body === undefined ? null : JSON.stringify(body), headers: { ...headers, ...(version !== undefined && { etag: `"${version}"` }) },
  };
}
