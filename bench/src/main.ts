import { parseArgs } from 'node:util';
import { naiveEnv, startBenchSystem, type BenchSystem } from './bench-system.ts';
import { checkLedger } from './check-ledger.ts';
import { cpuPerOrder, cpuTimes } from './cpu-times.ts';
import { createNumbering, measureDrain, measureOpenLoop, type Numbering } from './measure.ts';

/**
 * npm run bench [-- --orders 20000 --naive-orders 2000 --rate 500 --seconds 20]
 *
 * One run, one machine, one JSON line: the whole path drained, its latency at a fixed rate, and the naive mode beside it.
 * Absolute figures depend on the machine and its mood; the ratio is what to compare.
 */
const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '20000' },
    'naive-orders': { type: 'string', default: '2000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
  },
});
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const all: number[] = [];

function numbers(numbering: Numbering, count: number): number[] {
  const next = numbering.next(count);
  all.push(...next);
  return next;
}

async function drain(bench: BenchSystem, orderNumbers: number[]) {
  const first = bench.system.processes.get('order-eligibility');
  if (first === undefined) throw new Error('order-eligibility does not run');
  const before = await cpuTimes(bench.pids());
  const result = await measureDrain(bench.bus, bench.sent, first.pid, orderNumbers);
  return { ...result, cpuMicrosPerOrder: cpuPerOrder(before, await cpuTimes(bench.pids()), orderNumbers.length) };
}

async function finish(bench: BenchSystem) {
  const ledger = await checkLedger(bench.system.simulators.shipStation, all.splice(0));
  await bench.stop();
  return ledger;
}

async function measureBatched() {
  const bench = await startBenchSystem();
  const numbering = createNumbering(1_000_000);
  say('warming up');
  await drain(bench, numbers(numbering, 2000));
  say(`draining ${values.orders} orders`);
  const drained = await drain(bench, numbers(numbering, Number(values.orders)));
  say(`${values.rate} orders/s for ${values.seconds} s`);
  const latency = await measureOpenLoop(bench.bus, bench.sent, Number(values.rate), numbers(numbering, Number(values.rate) * Number(values.seconds)));
  return { drained, latency, ledger: await finish(bench) };
}

async function measureNaive() {
  const bench = await startBenchSystem(naiveEnv);
  const numbering = createNumbering(2_000_000);
  await drain(bench, numbers(numbering, 200));
  say(`naive mode: draining ${values['naive-orders']} orders`);
  const drained = await drain(bench, numbers(numbering, Number(values['naive-orders'])));
  return { drained, ledger: await finish(bench) };
}

const batched = await measureBatched();
const naive = await measureNaive();
const lost = batched.ledger.lost + naive.ledger.lost;
const duplicated = batched.ledger.duplicated + naive.ledger.duplicated;
process.stdout.write(`${JSON.stringify({
  drain: batched.drained, openLoop: batched.latency, naive: naive.drained,
  timesNaive: Number((batched.drained.ordersPerSecond / naive.drained.ordersPerSecond).toFixed(2)), lost, duplicated,
})}\n`);
process.exit(lost === 0 && duplicated === 0 ? 0 : 1);
