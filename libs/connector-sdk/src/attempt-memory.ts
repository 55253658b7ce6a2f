import { createLruMap } from './lru-map.ts';

/** The result of one order as it goes into an outcome message. */
export interface SettledOrder {
  pushId: string;
  fence: number;
  kind: string;
  /** The PushResult as JSON. */
  text: string;
}

type Recollection = { seen: false } | { seen: true; settled: Promise<SettledOrder> | undefined };

/**
 * What this process did with each claim of a push (push and fence). A claim can come again while it is under way (the broker restarted,
 * or lost an acknowledgement) or after it is done (the broker forgot an acknowledgement, or was set back to an older copy). Then it must
 * get the outcome that it already has: sending again could make a second order, and asking the provider says less.
 *
 * Only a cache, bounded: running claims, the latest results, and for longer just the fact that a claim was seen. Another process or a
 * restart starts empty and goes by the delivery count.
 */
export interface AttemptMemory {
  recall(pushId: string, fence: number): Recollection;
  remember(pushId: string, fence: number, settled: Promise<SettledOrder>): void;
}

const defaultLimits = { maxSeen: 100_000, maxResultChars: 32_000_000 };

export function createAttemptMemory({ maxSeen, maxResultChars } = defaultLimits): AttemptMemory {
  const seen = createLruMap<string, true>(maxSeen);
  const running = new Map<string, Promise<SettledOrder>>();
  const results = createLruMap<string, SettledOrder>(maxResultChars);

  return {
    recall(pushId, fence) {
      const key = `${pushId}:${fence}`;
      if (seen.get(key) === undefined) return { seen: false };
      const result = results.get(key);
      return { seen: true, settled: running.get(key) ?? (result === undefined ? undefined : Promise.resolve(result)) };
    },
    remember(pushId, fence, settled) {
      const key = `${pushId}:${fence}`;
      seen.set(key, true);
      running.set(key, settled);
      void settled.then((result) => results.set(key, result, result.text.length)).finally(() => running.delete(key));
    },
  };
}
