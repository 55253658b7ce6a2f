import { fail, ok, type Result } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import type { Request, Response } from 'express';
import type { Api } from '../api.ts';
import { releaseKey, storeReply, type KeyClaim, type StoredReply } from '../data-access/idempotency.sql.ts';
import { refuse, type Answer, type Refusal } from '../domain/refusal.ts';
import type { Caller } from './authenticate.ts';
import type { CheckInput } from './check-input.ts';
import { storedOf, useKey } from './idempotency.ts';
import { problemKinds, troubleOf, type Trouble } from './problem.ts';
import type { Context, Input, Reply, Route } from './route.ts';

/** Who calls, by the time that a route is reached. Null only where no token is needed. */
export interface Exchange {
  api: Api;
  route: Route;
  request: Request;
  response: Response;
  caller: Caller | null;
  traceId: string;
}

const nobody: Caller = { subject: '', roles: [], subscriberId: null };

/** May this caller use the route at all? Tells nothing about what is there. */
function admit({ tenancy, roles }: Route, caller: Caller | null): Result<Caller, Trouble> {
  if (tenancy === 'everybody') return ok(nobody);
  if (caller === null) return fail({ code: 'unauthenticated', detail: 'send a token: Authorization: Bearer <JWT>' });
  if (!roles.some((role) => caller.roles.includes(role))) {
    return fail({ code: 'forbidden', detail: `this needs one of the roles ${roles.join(', ')}; the token has ${caller.roles.join(', ')}` });
  }
  const everybody = tenancy === 'platform' || (tenancy === 'either' && caller.roles.includes('sre'));
  if (!everybody && caller.subscriberId === null) return fail({ code: 'forbidden', detail: 'this needs a token with the claim subscriberId' });
  return ok(caller);
}

function readIfMatch({ headers }: Request, route: Route): Result<number | undefined, Trouble> {
  const given = headers['if-match'];
  if (given === undefined || route.ifMatch === undefined) {
    return route.ifMatch === 'required' ? fail({ code: 'version_required', detail: 'send If-Match with the ETag that you read, so that nobody else\'s change is overwritten' }) : ok(undefined);
  }
  const version = /^"(\d{1,15})"$/.exec(given)?.[1];
  if (version !== undefined) return ok(Number(version));
  const line = 'header.If-Match must be one ETag as it was given out, such as "1764000000"';
  return fail({ code: 'invalid', detail: line, errors: [line] });
}

const uniqueViolation = '23505';

/** Thrown to roll a transaction back; never leaves this file. */
class RolledBack extends Error {
  refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.error);
    this.refusal = refusal;
  }
}

/** The transaction of a handler. Also stores the answer under the idempotency key, when there is one. */
function createCommit(api: Api, claim: KeyClaim | undefined, done: () => void): Context['commit'] {
  return async (work) => {
    try {
      const committed = await inTransaction(api.db, async (client) => {
        const answer = await work(client);
        if (!answer.ok) throw new RolledBack(answer.error);
        if (claim !== undefined && !(await storeReply(client, claim, storedOf(answer.value)))) {
          throw new RolledBack({ code: 'key_in_progress', error: 'another try of this request has taken over: ask again in a moment' });
        }
        return answer;
      });
      done();
      return committed;
    } catch (error) {
      if ((error as { code?: unknown }).code === uniqueViolation) return refuse('conflict', 'somebody else wrote the same just now: read it again');
      if (error instanceof RolledBack) return refuse(error.refusal.code, error.refusal.error, error.refusal.errors);
      throw error;
    }
  };
}

/** Fires when the answer is through, the client left, or the service stops. Not AbortSignal.any: that would leave something of every request on `stopping`. */
function endOf({ stopping }: Api, response: Response): AbortSignal {
  const end = new AbortController();
  const abort = (): void => {
    stopping.removeEventListener('abort', abort);
    end.abort();
  };
  stopping.addEventListener('abort', abort);
  response.once('close', abort);
  return end.signal;
}

function contextOf({ api, route, request, response, traceId }: Exchange, caller: Caller, { input, ifMatch, commit }: Pick<Context, 'ifMatch' | 'commit'> & { input: Input }): Context {
  const signal = endOf(api, response);
  const seesAll = route.tenancy === 'platform' || (route.tenancy === 'either' && caller.roles.includes('sre'));
  return {
    api, traceId, log: api.log.child({ traceId, operation: route.operationId }), actor: caller.subject, roles: caller.roles,
    subscriberId: route.tenancy === 'platform' ? '' : caller.subscriberId ?? '', scope: { subscriberId: seesAll ? null : caller.subscriberId ?? '' },
    ...input, ifMatch, request, commit, signal,
  };
}

export type Outcome = { kind: 'reply'; reply: Reply } | { kind: 'stored'; reply: StoredReply } | { kind: 'trouble'; trouble: Trouble };

interface Admitted {
  caller: Caller;
  ifMatch: number | undefined;
  input: Input;
}

/** May this caller ask, and can what was sent be read? In this order, so that nobody learns what they may not know. */
async function readRequest({ api, route, request, caller }: Exchange, checkInput: CheckInput): Promise<Result<Admitted, Trouble>> {
  const admitted = admit(route, caller);
  if (!admitted.ok) return admitted;
  const ifMatch = readIfMatch(request, route);
  if (!ifMatch.ok) return ifMatch;
  const input = await checkInput(api, request, request.params as Record<string, string>);
  return input.ok ? ok({ caller: admitted.value, ifMatch: ifMatch.value, input: input.value }) : input;
}

async function perform(exchange: Exchange, { caller, ...read }: Admitted, claim: KeyClaim | undefined): Promise<Answer<Reply>> {
  const { api, route } = exchange;
  let stored = false;
  const commit = createCommit(api, claim, () => { stored = true; });
  try {
    const answer = await route.handle(contextOf(exchange, caller, { ...read, commit }));
    if (claim !== undefined && !stored && answer.ok && isWorthKeeping(answer.value)) stored = await storeReply(api.db, claim, storedOf(answer.value));
    return answer;
  } finally {
    // Nothing was done: the request may come again under its key.
    if (claim !== undefined && !stored) await releaseKey(api.db, claim).catch((error: unknown) => api.log.warn({ err: error }, 'an idempotency key could not be released'));
  }
}

function isWorthKeeping({ status, stream }: Reply): boolean {
  return status < problemKinds.internal.status && stream === undefined;
}

/** From a request to its answer. Rejects only on bugs and broken infrastructure. */
export async function carryOut(exchange: Exchange, checkInput: CheckInput): Promise<Outcome> {
  const { api, route, request } = exchange;
  const read = await readRequest(exchange, checkInput);
  if (!read.ok) return { kind: 'trouble', trouble: read.error };
  const used = await useKey(api, route, { request, ...read.value });
  if (!used.ok) return { kind: 'trouble', trouble: used.error };
  if (used.value.kind === 'done') return { kind: 'stored', reply: used.value.reply };
  const answer = await perform(exchange, read.value, used.value.kind === 'claimed' ? used.value.claim : undefined);
  return answer.ok ? { kind: 'reply', reply: answer.value } : { kind: 'trouble', trouble: troubleOf(answer.error) };
}
