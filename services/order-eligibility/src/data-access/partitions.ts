import type { Pool } from '@pes/store';
import { createPartition } from './create-partition.sql.ts';

/** Which partitions this process knows to exist, so that a batch asks PostgreSQL only about a day that it never saw. */
export interface Partitions {
  ensure(days: Iterable<string>): Promise<void>;
  /** Another replica may have dropped what this one remembers. */
  forget(): void;
}

export function createPartitions(pool: Pool): Partitions {
  // Order dates reach two years back at most, which bounds the set.
  const known = new Set<string>();
  return {
    async ensure(days) {
      for (const day of new Set(days)) {
        if (known.has(day)) continue;
        await createPartition(pool, day);
        known.add(day);
      }
    },
    forget: () => known.clear(),
  };
}
