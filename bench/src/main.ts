import { parseArgs } from 'node:util';
import { naiveEnv, startBenchSystem, type BenchSystem } from './bench-system.ts';
import { checkLedger } from './check-ledger.ts';
import { measureMachine } from './machine-speed.ts';
import { createNumbering, measureDrain, measureOpenLoop, type Numbering } from './measure.ts';

/**
 * npm run bench [-- --orders 20000 --naive-orders 2000 --rate 500 --seconds 20]
 *
 * One run, one machine, one JSON line: the whole path drained, its latency at a fixed rate, and the naive mode beside it.
 * Absolute figures depend on the machine and its mood: compare the ratios, and `machine`, what its servers do with nothing else to do.
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

async function finish(bench: BenchSystem) {
  const ledger = await checkLedger(bench.system.simulators.shipStation, all.splice(0));
  await bench.stop();
  return ledger;
}

async function measureBatched() {
  const bench = await startBenchSystem();
  const numbering = createNumbering(1_000_000);
  const machine = await measureMachine(bench.bus, bench.system.databaseUrls['dispatch'] ?? '');
  say('warming up');
  await measureDrain(bench, numbers(numbering, 2000));
  say(`draining ${values.orders} orders`);
  const drained = await measureDrain(bench, numbers(numbering, Number(values.orders)));
  say(`${values.rate} orders/s for ${values.seconds} s`);
  const latency = await measureOpenLoop(bench, Number(values.rate), numbers(numbering, Number(values.rate) * Number(values.seconds)));
  return { machine, drained, latency, ledger: await finish(bench) };
}

async function measureNaive() {
  const bench = await startBenchSystem(naiveEnv);
  const numbering = createNumbering(2_000_000);
  await measureDrain(bench, numbers(numbering, 200));
  say(`naive mode: draining ${values['naive-orders']} orders`);
  const drained = await measureDrain(bench, numbers(numbering, Number(values['naive-orders'])));
  return { drained, ledger: await finish(bench) };
}

const batched = await measureBatched();
const naive = await measureNaive();
const lost = batched.ledger.lost + naive.ledger.lost;
const duplicated = batched.ledger.duplicated + naive.ledger.duplicated;
process.stdout.write(`${JSON.stringify({
  machine: batched.machine, drain: batched.drained, openLoop: batched.latency, naive: naive.drained,
  timesNaive: Number((batched.drained.ordersPerSecond / naive.drained.ordersPerSecond).toFixed(2)), lost, duplicated,
})}\n`);
process.exit(lost === 0 && duplicated === 0 ? 0 : 1);
