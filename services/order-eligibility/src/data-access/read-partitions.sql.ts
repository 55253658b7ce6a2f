import { select, type Queryable } from '@pes/store';

const statement = {
  name: 'eligibility-read-partitions',
  text: `select child.relname as name from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'order_state'::regclass and child.relname ~ '^order_state_\\d{8}$' order by child.relname`,
};

export interface Partition {
  name: string;
  /** UTC day, YYYY-MM-DD. */
  day: string;
}

/** The partitions that exist, oldest day first. */
export async function readPartitions(db: Queryable): Promise<Partition[]> {
  const rows = await select<{ name: string }>(db, statement);
  return rows.map(({ name }) => {
    const digits = name.slice(-8);
    return { name, day: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` };
  });
}
