/** True, or the reason why not in words an operator understands. Called on each probe: it looks at what is known, it does no I/O. */
export type ReadinessCheck = () => true | string;

export interface ReadinessReport {
  status: 'ready' | 'starting' | 'stopping' | 'unready';
  /** `ok` or the reason, by name of the check. */
  checks: Record<string, string>;
}

export interface Readiness {
  add(name: string, check: ReadinessCheck): void;
  setPhase(phase: 'starting' | 'running' | 'stopping'): void;
  report(): ReadinessReport;
}

/** Ready only while running and only if every check says so; a check that throws is not ready. */
export function createReadiness(): Readiness {
  const checks = new Map<string, ReadinessCheck>();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  return {
    add(name, check) {
      if (checks.has(name)) throw new Error(`readiness check "${name}" is added twice`);
      checks.set(name, check);
    },
    setPhase(next) {
      phase = next;
    },
    report() {
      const results: Record<string, string> = {};
      for (const [name, check] of checks) results[name] = run(check);
      if (phase !== 'running') return { status: phase, checks: results };
      const ready = Object.values(results).every((result) => result === 'ok');
      return { status: ready ? 'ready' : 'unready', checks: results };
    },
  };
}

function run(check: ReadinessCheck): string {
  try {
    const result = check();
    return result === true ? 'ok' : result;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
