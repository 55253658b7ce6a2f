/** Holds the entries used last, up to a total size; older ones are dropped. Without sizes it counts entries. */
export interface LruMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, size?: number): void;
  values(): V[];
  readonly size: number;
}

/** `onDrop` gets what had to make room. */
export function createLruMap<K, V>(maxSize: number, onDrop?: (value: V) => void): LruMap<K, V> {
  const entries = new Map<K, { value: V; size: number }>();
  let total = 0;

  function remove(key: K): void {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // A Map keeps the order of insertion, so the first key is the one not used for longest.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, size = 1) {
      remove(key);
      entries.set(key, { value, size });
      total += size;
      for (const [oldest, dropped] of entries) {
        if (total <= maxSize) break;
        remove(oldest);
        onDrop?.(dropped.value);
      }
    },
    values: () => [...entries.values()].map((entry) => entry.value),
    get size() {
      return total;
    },
  };
}
