import { select, type Queryable } from '@pes/store';

const dayMs = 86_400_000;
const name = (day: Date): string => `attempt_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;

const partitionsStatement = {
  name: 'dispatch-attempt-partitions',
  text: `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'attempt'::regclass`,
};

/**
 * Partitions of the attempt log by day: yesterday to the day after tomorrow exist, those past the retention are dropped whole.
 * Dropping a table costs nothing; deleting as many rows would keep vacuum busy all night.
 */
export async function createAttemptPartitions(db: Queryable, retentionDays: number, nowMs = Date.now()): Promise<void> {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  for (let offset = -1; offset <= 2; offset += 1) {
    const day = new Date(today + offset * dayMs);
    const next = new Date(day.getTime() + dayMs);
    await select(db, {
      name: `create-${name(day)}`,
      text: `create table if not exists ${name(day)} partition of attempt for values from ('${day.toISOString()}') to ('${next.toISOString()}')`,
    });
  }
  const oldest = name(new Date(today - retentionDays * dayMs));
  for (const partition of await select<{ name: string }>(db, partitionsStatement)) {
    if (partition.name < oldest) await select(db, { name: `drop-${partition.name}`, text: `drop table if exists ${partition.name}` });
  }
}
