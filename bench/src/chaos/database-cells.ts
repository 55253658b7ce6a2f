import { sleep } from '@pes/kernel';
import { createPool, select, type Pool } from '@pes/store';
import { bothProviders, type Cell } from './cell.ts';
import type { Rig } from './rig.ts';

const terminateServices = {
  name: 'chaos-terminate',
  text: `select pg_terminate_backend(pid) from pg_stat_activity where usename in ('eligibility', 'dispatch') and application_name <> 'chaos'`,
};

const lockPush = { name: 'chaos-lock', text: 'lock table push in access exclusive mode' };

/** As a superuser, beside the services' pools. */
function foreignPool({ postgres, dispatch }: Rig, maxConnections: number): Pool {
  const url = new URL(postgres.url);
  url.pathname = new URL(dispatch.options.connectionString ?? postgres.url).pathname;
  return createPool({ url: url.href, applicationName: 'chaos-foreign', maxConnections });
}

async function repeat(seconds: number, everyMs: number, work: () => Promise<unknown>): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    await work();
    await sleep(everyMs);
  }
}

/** Takes every connection that the server still gives, and takes those of the services away, until nobody gets one. */
async function exhaust(rig: Rig, seconds: number): Promise<() => Promise<void>> {
  const admin = foreignPool(rig, 1);
  const greedy = foreignPool(rig, 1000);
  const held: Array<{ release(destroy: boolean): void }> = [];
  await repeat(seconds, 250, async () => {
    await select(admin, terminateServices);
    for (let full = false; !full;) await greedy.connect().then((client) => held.push(client), () => (full = true));
  });
  return async () => {
    for (const client of held) client.release(true);
    await Promise.all([admin.end(), greedy.end()]);
  };
}

async function lock(rig: Rig, seconds: number): Promise<() => Promise<void>> {
  const pool = foreignPool(rig, 1);
  const client = await pool.connect();
  await client.query('begin');
  await client.query('set local search_path to dispatch');
  await client.query(lockPush.text);
  await sleep(seconds * 1000);
  return async () => {
    await client.query('rollback');
    client.release();
    await pool.end();
  };
}

export const databaseCells: readonly Cell[] = [
  {
    name: 'kill PostgreSQL', layout: 'plain', providers: bothProviders, seconds: 3,
    async inflict({ postgres }, seconds) {
      await postgres.kill();
      await sleep(seconds * 1000);
      return () => postgres.restart();
    },
  },
  {
    name: 'terminate backends', layout: 'plain', providers: bothProviders, seconds: 10,
    async inflict(rig, seconds) {
      const admin = foreignPool(rig, 1);
      await repeat(seconds, 1000, () => select(admin, terminateServices));
      return () => admin.end();
    },
  },
  { name: 'exhaust connections', layout: 'plain', providers: bothProviders, seconds: 10, inflict: exhaust },
  { name: 'lock the push table', layout: 'plain', providers: bothProviders, seconds: 10, inflict: lock },
];
