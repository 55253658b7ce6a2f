import type { Call } from './create-http-client.ts';
import type { CallEnd } from './end-of-call.ts';

/** What a call of a connector shows of provider and network; silent: nobody was asked, or the connector itself failed. */
export type Health = 'well' | 'unwell' | 'silent';

interface Shown {
  kind: string;
  code?: string;
}

/** Codes of outcomes and lookups that say that the provider or the way to it is in trouble. Slowing down (429) and refused credentials are answers. */
const troubles = new Set(['unreachable', 'timeout', 'connection_lost', 'answer_unreadable', 'provider_error']);
const unsettled = new Set(['retry', 'unknown', 'unclear']);

function isTrouble({ kind, code = '' }: Shown): boolean {
  return unsettled.has(kind) && troubles.has(code);
}

/** Counts the requests that went as far as the network. */
export interface Traffic {
  note(call: Call): void;
  count(): number;
}

export function createTraffic(): Traffic {
  let requests = 0;
  return {
    note({ result }) {
      if (result.kind === 'answer' || result.code !== 'egress_refused') requests += 1;
    },
    count: () => requests,
  };
}

export function healthOfCall(end: CallEnd<Shown | undefined>, requests: number): Health {
  // What is no outcome at all is a bug of the connector, as is an error.
  if (requests === 0 || end.kind !== 'returned' || typeof end.value?.kind !== 'string') return 'silent';
  return isTrouble(end.value) ? 'unwell' : 'well';
}

/** A bulk call is one call. What was refused may have been refused before it, so only the other outcomes count, and the larger part of them. */
export function healthOfBulk(end: CallEnd<ReadonlyArray<{ outcome: Shown }>>, requests: number): Health {
  if (requests === 0 || end.kind !== 'returned') return 'silent';
  const telling = end.value.filter(({ outcome }) => outcome.kind !== 'rejected');
  const bad = telling.filter(({ outcome }) => isTrouble(outcome)).length;
  return bad > 0 && bad * 2 >= telling.length ? 'unwell' : 'well';
}
