import { exception, htmlPage, internalError, tooManyRequests, type Answer } from './answers.ts';

/** What goes wrong. Kinds with an answer give it instead of handling the request, or after it with `afterAccept`. */
export type FaultKind =
  | 'delay' | 'hang' | 'reset-before' | 'reset-after-accept' | 'half-answer'
  | 'rate-limited' | 'error-500' | 'error-500-reason' | 'html-200' | 'html-502' | 'answer';

export interface Fault {
  kind: FaultKind;
  /** Only requests of this account, by its name in the ledger. */
  account?: string;
  /** Only requests whose path begins so, such as /orders/createorder. */
  path?: string;
  /** The next so many requests; without it until the faults are cleared. */
  count?: number;
  /** Share of the requests that are hit, 0 to 1. */
  probability?: number;
  /** Wait before anything else. */
  delayMs?: number;
  /** The order is stored before it goes wrong. So by itself for delay, reset-after-accept and half-answer. */
  afterAccept?: boolean;
  /** Leaves the X-Rate-Limit headers out. */
  withoutRateHeaders?: boolean;
  /** For kind answer. "{authorization}" in the body stands for the header that the client sent. */
  status?: number;
  body?: string;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that hits this request, if any; counts it down. */
  next(account: string, path: string): Fault | undefined;
}

export function createFaults(initial: readonly Fault[]): Faults {
  let active = initial.map((fault) => ({ ...fault }));
  return {
    add(fault) {
      active.push({ ...fault });
    },
    clear() {
      active = [];
    },
    next(account, path) {
      if (active.length === 0) return undefined;
      const fault = active.find((candidate) => matches(candidate, account, path));
      if (fault?.count !== undefined) {
        fault.count -= 1;
        if (fault.count <= 0) active = active.filter((other) => other !== fault);
      }
      return fault;
    },
  };
}

function matches(fault: Fault, account: string, path: string): boolean {
  if (fault.account !== undefined && fault.account !== account) return false;
  if (fault.path !== undefined && !path.startsWith(fault.path)) return false;
  return fault.probability === undefined || Math.random() < fault.probability;
}

const handledFirst = new Set<FaultKind>(['delay', 'reset-after-accept', 'half-answer']);

/** The API handles the request, and then it goes wrong. */
export function isHandledFirst(fault: Fault): boolean {
  return fault.afterAccept ?? handledFirst.has(fault.kind);
}

const answers: Partial<Record<FaultKind, (fault: Fault, authorization: string) => Answer>> = {
  'rate-limited': () => tooManyRequests,
  'error-500': () => internalError,
  'error-500-reason': (fault) => exception(fault.body ?? 'Ship To: City must be provided.'),
  'html-200': () => htmlPage(200),
  'html-502': () => htmlPage(502),
  answer: ({ status = 500, body = '' }, authorization) => ({ status, body: body.replaceAll('{authorization}', authorization) }),
};

/** The answer of a fault; undefined for those that break the connection or only wait. */
export function answerOf(fault: Fault, authorization: string): Answer | undefined {
  return answers[fault.kind]?.(fault, authorization);
}
