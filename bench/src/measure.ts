import { sleep } from '@pes/kernel';
import { publishAll } from '@pes/messaging';
import { orderEvent } from './bench-orders.ts';
import type { BenchSystem } from './bench-system.ts';
import { cpuPerOrder, cpuTimes } from './cpu-times.ts';

export interface DrainResult {
  orders: number;
  seconds: number;
  ordersPerSecond: number;
  /** CPU time of each process in the same window, so without publishing the backlog. */
  cpuMicrosPerOrder: Record<string, number>;
}

export interface LatencyResult {
  ratePerSecond: number;
  orders: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** Hands out order numbers that no earlier run used. */
export interface Numbering {
  next(count: number): number[];
}

export function createNumbering(first: number): Numbering {
  let next = first;
  return { next: (count) => Array.from({ length: count }, () => (next += 1)) };
}

/** Stops a process without ending it, so that a backlog can be built. */
function freeze(pid: number): () => void {
  process.kill(pid, 'SIGSTOP');
  return () => { process.kill(pid, 'SIGCONT'); };
}

/**
 * Throughput: builds a backlog while the first service is frozen, then lets it go. The time runs from the release to the arrival of the
 * last "sent" event at a reader outside, so every hop, write and provider call is in it.
 */
export async function measureDrain({ bus, sent, pids }: BenchSystem, orderNumbers: readonly number[]): Promise<DrainResult> {
  const release = freeze(pids().get('order-eligibility') as number);
  try {
    for (let start = 0; start < orderNumbers.length; start += 1000) await publishAll(bus, orderNumbers.slice(start, start + 1000).map((n) => orderEvent(n)));
  } catch (error) {
    release();
    throw error;
  }
  const cpuBefore = await cpuTimes(pids());
  release();
  const startedAt = performance.now();
  await sent.until(orderNumbers, 300_000);
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    orders: orderNumbers.length, seconds: round(seconds, 2), ordersPerSecond: Math.round(orderNumbers.length / seconds),
    cpuMicrosPerOrder: cpuPerOrder(cpuBefore, await cpuTimes(pids()), orderNumbers.length),
  };
}

/**
 * Latency at a fixed rate, from the moment an order was due to the arrival of its "sent" event. A late publisher does not move the
 * schedule, so a stall counts for every order that was due in it (no coordinated omission).
 */
export async function measureOpenLoop({ bus, sent }: BenchSystem, ratePerSecond: number, orderNumbers: readonly number[], accountOf?: (orderNumber: number) => number): Promise<LatencyResult> {
  const startedAt = performance.now() + 100;
  const dueAt = (index: number): number => startedAt + (index * 1000) / ratePerSecond;
  const publishing: Array<Promise<unknown>> = [];
  for (let index = 0; index < orderNumbers.length;) {
    const due: number[] = [];
    while (index < orderNumbers.length && dueAt(index) <= performance.now()) due.push(orderNumbers[index++] as number);
    if (due.length > 0) publishing.push(publishAll(bus, due.map((n) => orderEvent(n, accountOf?.(n)))));
    await sleep(1);
  }
  await Promise.all(publishing);
  await sent.until(orderNumbers, 60_000);
  const latencies = orderNumbers.map((orderNumber, index) => (sent.at.get(orderNumber) ?? Infinity) - dueAt(index)).sort((a, b) => a - b);
  const percentile = (share: number): number => round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN, 1);
  return { ratePerSecond, orders: orderNumbers.length, p50Ms: percentile(0.5), p95Ms: percentile(0.95), p99Ms: percentile(0.99) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
