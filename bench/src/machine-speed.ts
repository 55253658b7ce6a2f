import type { Bus } from '@pes/messaging';
import { publishAll } from '@pes/messaging';
import { createPool } from '@pes/store';

/** What the two servers under everything can do on this machine, one client each: figures of two machines compare only beside it. */
export interface MachineSpeed {
  publishedPerSecond: number;
  insertedRowsPerSecond: number;
  committedPerSecond: number;
}

const body = 'x'.repeat(560);
const perSecond = (count: number, startedAt: number): number => Math.round((count * 1000) / (performance.now() - startedAt));

async function measurePublish(bus: Bus, rounds: number): Promise<number> {
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    await publishAll(bus, Array.from({ length: 1000 }, (_, n) => ({ subject: 'dead.bench.speed', type: 'bench', id: `speed-${startedAt}-${round}-${n}`, source: 'bench', data: body })));
  }
  return perSecond(rounds * 1000, startedAt);
}

/** PubAcks a second, rows inserted by 100 a statement, and commits a second of 32 connections that insert one row each. */
export async function measureMachine(bus: Bus, databaseUrl: string): Promise<MachineSpeed> {
  const pool = createPool({ url: databaseUrl, applicationName: 'bench', maxConnections: 32 });
  try {
    await pool.query('create table if not exists bench_speed (id bigserial primary key, body text)');
    await measurePublish(bus, 5);
    const publishedPerSecond = await measurePublish(bus, 10);
    const hundred = Array.from({ length: 100 }, () => body);
    const rows = { name: 'bench-rows', text: 'insert into bench_speed (body) select * from unnest($1::text[])', values: [hundred] };
    for (let n = 0; n < 20; n += 1) await pool.query(rows);
    const rowsStartedAt = performance.now();
    for (let n = 0; n < 100; n += 1) await pool.query(rows);
    const insertedRowsPerSecond = perSecond(10_000, rowsStartedAt);
    let left = 3000;
    const commitsStartedAt = performance.now();
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (left-- > 0) await pool.query({ name: 'bench-commit', text: 'insert into bench_speed (body) values ($1)', values: [body] });
    }));
    return { publishedPerSecond, insertedRowsPerSecond, committedPerSecond: perSecond(3000, commitsStartedAt) };
  } finally {
    await pool.query('drop table if exists bench_speed');
    await pool.end();
  }
}
