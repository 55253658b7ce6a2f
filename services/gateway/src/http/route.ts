import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@pes/service-kit';
import type { PoolClient } from '@pes/store';
import type { Api } from '../api.ts';
import type { Answer } from '../domain/refusal.ts';
import type { Scope } from '../domain/scope.ts';

/** viewer looks, operator acts on what runs, admin changes settings, all inside one subscriber; sre runs the platform. */
export type Role = 'viewer' | 'operator' | 'admin' | 'sre';

export const viewers = ['viewer', 'operator', 'admin'] as const;
export const operators = ['operator', 'admin'] as const;
export const admins = ['admin'] as const;
export const platform = ['sre'] as const;

export interface JsonSchema { readonly [keyword: string]: unknown }
export type Properties = Readonly<Record<string, JsonSchema>>;

/** json: checked against a schema and at most BODY_MAX_KB. bytes: read as they are. stream: the handler reads, and must bear any length up to the cap. */
type BodySpec =
  | { kind: 'json'; schema: JsonSchema; optional?: boolean }
  | { kind: 'bytes'; maxBytes(api: Api): number }
  | { kind: 'stream'; contentType: string; maxBytes(api: Api): number };

export interface ResponseSpec {
  description: string;
  /** Of a JSON body; may refer to '#/components/schemas/<name>'. None: no body, or one of another type. */
  schema?: JsonSchema;
  /** When it is not JSON. */
  contentType?: string;
}

export interface Reply {
  status: number;
  /** An object goes out as JSON, a text as `contentType`. */
  body?: object | string;
  contentType?: string;
  /** Becomes the ETag. */
  version?: number;
  headers?: Readonly<Record<string, string>>;
  /** For live answers: writes to the response and ends it, at the latest when the context's `signal` fires. */
  stream?(response: ServerResponse): Promise<void>;
}

export interface Input {
  params: object;
  query: object;
  body: unknown;
}

/** What a handler gets. Everything in it was checked. */
export interface Context<I extends Input = Input> {
  api: Api;
  log: Logger;
  traceId: string;
  /** `sub` of the token, for the audit log. */
  actor: string;
  roles: readonly Role[];
  /** Of the token. Empty only on routes for `everybody` and `platform`. */
  subscriberId: string;
  /** For what both a subscriber and the platform may see. */
  scope: Scope;
  params: I['params'];
  query: I['query'];
  body: I['body'];
  /** Version from If-Match; undefined when there was none. */
  ifMatch: number | undefined;
  request: IncomingMessage;
  /** The client left, or the service stops. */
  signal: AbortSignal;
  /**
   * A transaction that also stores the answer under the idempotency key, if one came: what is done and what a repeat is told are committed
   * together. A refusal rolls back.
   */
  commit(work: (client: PoolClient) => Promise<Answer<Reply>>): Promise<Answer<Reply>>;
}

/** One operation: from it come the router, the checks and the OpenAPI document. */
export interface Route {
  operationId: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Whole path with {names}. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /**
   * Whose data: subscriber: those of the token's subscriberId, which it must have; platform: of everybody; either: a subscriber's own, or
   * everybody's for `sre`; everybody: no token needed.
   */
  tenancy: 'everybody' | 'subscriber' | 'either' | 'platform';
  roles: readonly Role[];
  params?: Properties;
  query?: Properties;
  requiredQuery?: readonly string[];
  /** The query string is not ours to define: nothing in it is checked or given to the handler. */
  anyQuery?: boolean;
  body?: BodySpec;
  /** required: an update without If-Match is refused with 428. */
  ifMatch?: 'required' | 'optional';
  /** False where a stored answer would hold a secret, or a repeat is harmless. */
  idempotencyKey?: boolean;
  responses: Readonly<Record<number, ResponseSpec>>;
  handle(context: Context): Promise<Answer<Reply>>;
}

/** Types the handler's input; the schemas must describe it. */
export function route<I extends Partial<Input> = object>(
  definition: Omit<Route, 'handle'> & { handle(context: Context<{ [K in keyof Input]: K extends keyof I ? Exclude<I[K], undefined> : Input[K] }>): Promise<Answer<Reply>> },
): Route {
  return definition;
}
