import type { Refusal } from '../domain/refusal.ts';
import type { JsonSchema } from './route.ts';

interface ProblemKind {
  status: number;
  title: string;
}

/** Every code that a problem document can have. Codes are stable; sentences are not. */
export const problemKinds = {
  bad_json: { status: 400, title: 'The body is not JSON' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'No valid token' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  not_entitled: { status: 403, title: 'The subscriber may not use this provider' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'The path has no such method' },
  conflict: { status: 409, title: 'The state does not allow this' },
  ambiguous: { status: 409, title: 'A short id fits several' },
  confirm_required: { status: 409, title: 'This has to be confirmed' },
  key_in_progress: { status: 409, title: 'The request with this Idempotency-Key still runs' },
  version_mismatch: { status: 412, title: 'It was changed in between' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has a type that is not read here' },
  invalid: { status: 422, title: 'The request is not valid' },
  unreadable: { status: 422, title: 'The edited message could not be read' },
  key_reused: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  version_required: { status: 428, title: 'If-Match is missing' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'An error inside the gateway' },
  unavailable: { status: 503, title: 'Another service does not answer' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

/** Why a request was not carried out, as it leaves the API: a refusal, or a code that only HTTP knows. */
export interface Trouble {
  code: ProblemCode;
  detail: string;
  errors?: readonly string[];
  headers?: Readonly<Record<string, string>>;
}

export function troubleOf({ code, error, errors }: Refusal): Trouble {
  return { code, detail: error, ...(errors !== undefined && { errors }) };
}

/** Problem document (RFC 9457). Each complaint begins with the path of its field. */
export function problemDocument({ code, detail, errors }: Trouble, traceId: string): object {
  const { status, title } = problemKinds[code];
  return {
    type: `urn:pes:problem:${code}`, title, status, detail, code, traceId,
    errors: (errors ?? []).map((line) => {
      const space = line.indexOf(' ');
      return space < 0 ? { field: '', message: line } : { field: line.slice(0, space), message: line.slice(space + 1) };
    }),
  };
}

export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'Problem document (RFC 9457).',
  additionalProperties: false,
  required: ['type', 'title', 'status', 'detail', 'code', 'traceId', 'errors'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong and how to fix it' },
    code: { enum: Object.keys(problemKinds), description: 'Stable; meant for programs' },
    traceId: { type: 'string', description: 'Find it in the log with this' },
    errors: {
      type: 'array',
      items: {
        type: 'object', additionalProperties: false, required: ['field', 'message'],
        properties: { field: { type: 'string', description: 'Path, such as body.settings.baseUrl' }, message: { type: 'string' } },
      },
    },
  },
};
