import type { Report } from './report.ts';

/** What is stopped when: whoever writes stops before what it writes to, and the lock goes last. */
const phases = ['services', 'simulators', 'postgres', 'nats', 'logs', 'guard', 'process list', 'lock'] as const;

type Phase = (typeof phases)[number];

export interface Teardown {
  add(phase: Phase, stop: () => Promise<void> | void): void;
  /** Stops everything once, phase by phase, each phase at once. A part that fails is reported and does not hold up the others. */
  run(): Promise<void>;
}

export function createTeardown(report: Report): Teardown {
  const stops = new Map<Phase, (() => Promise<void> | void)[]>(phases.map((phase) => [phase, []]));
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const phase of phases) {
      const results = await Promise.allSettled((stops.get(phase) ?? []).map(async (stop) => stop()));
      for (const result of results) {
        if (result.status === 'rejected') report(`could not stop ${phase}: ${result.reason instanceof Error ? result.reason.message : String(result.reason)}`);
      }
    }
  }
  return {
    add: (phase, stop) => void stops.get(phase)?.push(stop),
    run: () => (running ??= runAll()),
  };
}
