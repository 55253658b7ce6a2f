import { parseArgs } from 'node:util';
import { publishAll } from '@pes/messaging';
import { createPool } from '@pes/store';
import { waitUntil } from '@pes/testkit';
import { accountId } from '../bench-accounts.ts';
import { orderEvent } from '../bench-orders.ts';
import { startBenchSystem, type BenchSystem } from '../bench-system.ts';
import { createNumbering, measureOpenLoop, type LatencyResult } from '../measure.ts';
import { startBlackHole } from './black-hole.ts';

/**
 * npm run fairness [-- --accounts 200 --backlog 100000 --rate 100 --seconds 20 --rounds 2]
 *
 * What one account with a huge backlog and a dead provider costs the others: their latency without it and with it, in one run. Account 0
 * is the bad one; orders of the others come at a fixed rate, in turn.
 */
const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '200' },
    backlog: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
  },
});
const [accounts, backlog, rate, seconds, rounds] = [values.accounts, values.backlog, values.rate, values.seconds, values.rounds].map(Number) as [number, number, number, number, number];
const worstFactor = 1.5;
const say = (text: string): void => { process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}\n`); };

const othersOf = (orderNumber: number): number => 1 + (orderNumber % (accounts - 1));
const numbering = createNumbering(3_000_000);

async function measureRounds(bench: BenchSystem): Promise<LatencyResult[]> {
  const results: LatencyResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    results.push(await measureOpenLoop(bench, rate, numbering.next(rate * seconds), othersOf));
    say(JSON.stringify(results.at(-1)));
  }
  return results;
}

/** Publishes the backlog of the bad account and waits until push-dispatch has a push for every order of it. */
async function queueBacklog(bench: BenchSystem): Promise<void> {
  const db = createPool({ url: bench.system.databaseUrls['dispatch'] ?? '', applicationName: 'fairness', maxConnections: 1 });
  try {
    const numbers = createNumbering(5_000_000).next(backlog);
    for (let start = 0; start < numbers.length; start += 1000) await publishAll(bench.bus, numbers.slice(start, start + 1000).map((n) => orderEvent(n, 0)));
    await waitUntil(async () => {
      const { rows } = await db.query<{ count: number }>('select count(*) as count from push where account_id = $1', [accountId(0)]);
      return Number(rows[0]?.count) >= backlog;
    }, { timeoutMs: 600_000, intervalMs: 1000, what: 'the backlog to be queued' });
  } finally {
    await db.end();
  }
}

const worstP99 = (results: readonly LatencyResult[]): number => Math.max(...results.map(({ p99Ms }) => p99Ms));
/** The middle of the rounds: one hiccup of the machine must not decide. */
const medianP99 = (results: readonly LatencyResult[]): number => {
  const sorted = results.map(({ p99Ms }) => p99Ms).sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) / 2;
};

const hole = await startBlackHole();
const bench = await startBenchSystem({ accounts, baseUrlOf: (n) => (n === 0 ? hole.url : undefined), connector: { EGRESS_ALLOW: '127.0.0.1:*' } });
say('warming up');
await measureOpenLoop(bench, rate, numbering.next(rate * 5), othersOf);
say('without the bad account');
const without = await measureRounds(bench);
say(`queueing ${backlog} orders of the bad account`);
await queueBacklog(bench);
say('with it');
const withBad = await measureRounds(bench);
const factor = Number((medianP99(withBad) / medianP99(without)).toFixed(2));
await bench.stop();
hole.stop();
process.stdout.write(`${JSON.stringify({
  accounts, backlog, without, with: withBad, p99Without: medianP99(without), p99With: medianP99(withBad), worstP99With: worstP99(withBad), factor, callsIntoTheHole: hole.connections(),
})}\n`);
process.exit(factor <= worstFactor ? 0 : 1);
