import { fail, type Result } from '@pes/kernel';

/**
 * Why a request is not carried out.
 * invalid: the request breaks its schema; not_found; ambiguous: a short id fits several; conflict: the state does not allow it;
 * confirm_required: it may make a second order at a provider; unreadable: an edited message would still not be read;
 * unavailable: another service does not answer; internal: our fault, see the log.
 * forbidden: the token does not allow it; not_entitled: the subscriber may not use the provider;
 * version_required, version_mismatch: an update must say which version it changes, and that one is not the newest;
 * too_large: more bytes than the setting allows.
 * key_reused, key_in_progress: an idempotency key came with another request, or its request still runs.
 */
export type RefusalCode =
  | 'invalid' | 'not_found' | 'ambiguous' | 'conflict' | 'confirm_required' | 'unreadable' | 'unavailable' | 'internal'
  | 'forbidden' | 'not_entitled' | 'version_required' | 'version_mismatch' | 'key_reused' | 'key_in_progress' | 'too_large';

/** One complaint about one field. */
export interface FieldProblem {
  /** Path with dots, such as body.settings.baseUrl. */
  field: string;
  /** What it must be, and how to get there. Never the value, which may be a secret. */
  message: string;
}

export interface Refusal {
  code: RefusalCode;
  /** A sentence that names the field and the fix. */
  error: string;
  /** Every single complaint, where there are several. */
  errors?: string[];
}

export type Answer<T extends object> = Result<T, Refusal>;

export function refuse(code: RefusalCode, error: string, errors?: string[]): { ok: false; error: Refusal } {
  return fail({ code, error, ...(errors !== undefined && { errors }) });
}

/** `invalid`, with a complaint per field. A complaint begins with the path of its field. */
export function refuseFields(problems: readonly FieldProblem[]): { ok: false; error: Refusal } {
  const lines = [...new Set(problems.map(({ field, message }) => `${field} ${message}`))].slice(0, 50);
  return refuse('invalid', lines.join('; '), lines);
}
