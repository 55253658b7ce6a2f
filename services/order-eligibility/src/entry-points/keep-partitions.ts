import { isoTime, systemClock } from '@pes/kernel';
import type { BusLog } from '@pes/messaging';
import type { Pool } from '@pes/store';
import { dropPartition } from '../data-access/drop-partition.sql.ts';
import type { Partitions } from '../data-access/partitions.ts';
import { readPartitions } from '../data-access/read-partitions.sql.ts';

export interface PartitionParts {
  pool: Pool;
  partitions: Partitions;
  log: BusLog;
}

const dayMs = 86_400_000;

function day(ms: number): string {
  return isoTime(ms).slice(0, 10);
}

// lock_not_available: somebody reads for long, a backup for example. The next round tries again.
const lockNotAvailable = '55P03';

async function dropIfOld({ pool, log }: PartitionParts, name: string, keepDays: number): Promise<void> {
  try {
    if (await dropPartition(pool, name, keepDays)) log.info({ partition: name }, 'dropped a day that is past its retention');
  } catch (error) {
    if ((error as { code?: unknown }).code !== lockNotAvailable) throw error;
    log.info({ partition: name }, 'a day past its retention is in use, dropping it later');
  }
}

/** Makes the partitions of today and tomorrow, so that midnight finds them, and drops days that are past their retention. */
export async function keepPartitions(parts: PartitionParts, keepDays: number): Promise<void> {
  const nowMs = systemClock.now();
  await parts.partitions.ensure([day(nowMs), day(nowMs + dayMs)]);
  const oldest = day(nowMs - keepDays * dayMs);
  for (const partition of await readPartitions(parts.pool)) {
    if (partition.day < oldest) await dropIfOld(parts, partition.name, keepDays);
  }
}
