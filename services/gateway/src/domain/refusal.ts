import { fail, type Result } from '@pes/kernel';

/**
 * Why a request is not carried out.
 * invalid: the request breaks its schema; not_found; ambiguous: a short id fits several; conflict: the state does not allow it;
 * confirm_required: it may make a second order at a provider; unreadable: an edited message would still not be read;
 * unavailable: push-dispatch does not answer; internal: our fault, see the log.
 */
export type RefusalCode = 'invalid' | 'not_found' | 'ambiguous' | 'conflict' | 'confirm_required' | 'unreadable' | 'unavailable' | 'internal';

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
