import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from './authenticate.ts';

/** What is known of a request while it runs. */
export interface RequestFacts {
  /** 32 hex digits: those of the caller's trace when it sent one (W3C Trace Context), else new ones. */
  traceId: string;
  /** Null without a valid token. */
  caller: Caller | null;
  /** Why a token that came is not valid. */
  tokenProblem?: string;
  /** None before a route was found. */
  operationId?: string;
}

const known = new WeakMap<IncomingMessage, RequestFacts>();

function traceIdOf({ headers }: IncomingMessage): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(String(headers['traceparent'] ?? ''))?.[1];
  return given === undefined || /^0+$/.test(given) ? randomBytes(16).toString('hex') : given;
}

export function factsOf(request: IncomingMessage): RequestFacts {
  const facts = known.get(request) ?? { traceId: traceIdOf(request), caller: null };
  known.set(request, facts);
  return facts;
}
