import type { LetterKind, LetterStatus } from './dead-letter.ts';
import type { Scope } from './scope.ts';

/** Which dead letters. Everything that is given must fit; times are ISO UTC. */
export interface LetterFilter {
  /** Ids, or their last twelve digits. */
  ids?: string[];
  kind?: LetterKind;
  status?: LetterStatus;
  subscriberId?: string;
  siteId?: string;
  accountId?: string;
  provider?: string;
  code?: string;
  consumer?: string;
  /** Died at or after. */
  from?: string;
  /** Died before. */
  to?: string;
  /** Part of the reference, the order number, the message, an error or the subject. */
  text?: string;
}

/** The filter inside a scope: whoever may see one subscriber only sees that one, whatever the filter says. */
export function within({ subscriberId }: Scope, filter: LetterFilter): LetterFilter {
  return subscriberId === null ? filter : { ...filter, subscriberId };
}
