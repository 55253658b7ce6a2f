/** Holds the entries used last, up to a total size; older ones are dropped. Without sizes it counts entries. */
export interface LruMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, size?: number): void;
  readonly size: number;
}

export function createLruMap<K, V>(maxSize: number): LruMap<K, V> {
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
      for (const oldest of entries.keys()) {
        if (total <= maxSize) break;
        remove(oldest);
      }
    },
    get size() {
      return total;
    },
  };
}
