/** Which calls a fault hits. */
export type Step = 'lookup' | 'validate' | 'submit' | 'sku' | 'cancel';

const faultKinds = [
  'delay', 'reset-before', 'reset-after-accept', '429', '500', '503', 'html-200', 'html-502', 'html-404', 'half-answer', 'hang', 'late-rejection',
  'token-not-found', 'not-authorized', 'missing-authentication-token', 'echo-headers', 'error-in-200', 'empty-200',
] as const;

export interface Fault {
  kind: (typeof faultKinds)[number];
  /** Every step when left out. */
  step?: Step;
  /** How many calls it hits; 1 when left out, null for all until the next change. */
  times?: number | null;
  /** Chance of hitting, for long runs; 1 when left out. */
  probability?: number;
  /** For delay. */
  delayMs?: number;
  /** For 429. */
  retryAfterSeconds?: number;
  /** The request is carried out before the fault shows. reset-after-accept, half-answer and late-rejection always do that. */
  afterAccept?: boolean;
}

export interface FaultList {
  set(faults: Fault[]): void;
  /** The fault for this call, used up once. */
  take(step: Step): Fault | undefined;
}

export function createFaultList(): FaultList {
  let faults: Array<{ fault: Fault; left: number }> = [];
  return {
    set(next) {
      faults = next.map((fault) => ({ fault, left: fault.times === null ? Infinity : (fault.times ?? 1) }));
    },
    take(step) {
      const hit = faults.find(({ fault, left }) => left > 0 && (fault.step ?? step) === step && Math.random() < (fault.probability ?? 1));
      if (hit !== undefined) hit.left -= 1;
      return hit?.fault;
    },
  };
}

/** Reads what was posted as faults: one, a list, or { faults: [...] }. The error names what is wrong. */
export function readFaults(value: unknown): Fault[] | string {
  const wrapped = typeof value === 'object' && value !== null && 'faults' in value ? value.faults : value;
  const list: unknown[] = Array.isArray(wrapped) ? wrapped : [wrapped];
  for (const fault of list) {
    const kind = typeof fault === 'object' && fault !== null && 'kind' in fault ? fault.kind : undefined;
    if (!faultKinds.some((known) => known === kind)) return `fault kind ${JSON.stringify(kind)} is unknown; use one of ${faultKinds.join(', ')}`;
  }
  return list as Fault[];
}
