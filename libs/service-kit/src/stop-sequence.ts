import type { Logger } from './logger.ts';

export type StopHook = () => Promise<void> | void;

export interface StopSequence {
  add(name: string, hook: StopHook): void;
  /** Runs the hooks, last added first, each to its end before the next. Resolves to false if the bound was hit; never rejects. */
  run(timeoutMs: number): Promise<boolean>;
}

/** A hook that fails is logged and the next one runs; one that hangs past the bound is named in the log and left behind. */
export function createStopSequence(log: Logger): StopSequence {
  const hooks: { name: string; hook: StopHook }[] = [];
  let current = '';

  async function runAll(): Promise<true> {
    // Taken one by one: a start that was cut short may still add hooks while this runs.
    for (let next = hooks.pop(); next !== undefined; next = hooks.pop()) {
      current = next.name;
      try {
        await next.hook();
      } catch (error) {
        log.error({ error, hook: next.name }, 'a stop hook failed');
      }
    }
    return true;
  }

  return {
    add(name, hook) {
      hooks.push({ name, hook });
    },
    async run(timeoutMs) {
      const bound = Promise.withResolvers<false>();
      const timer = setTimeout(() => bound.resolve(false), timeoutMs);
      const finished = await Promise.race([runAll(), bound.promise]);
      clearTimeout(timer);
      if (!finished) log.error({ hook: current, notRun: hooks.map(({ name }) => name), timeoutMs }, 'stop took too long');
      return finished;
    },
  };
}
