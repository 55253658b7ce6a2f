import { sleep } from '@pes/kernel';
import type { EmittedOrder } from '../pressero/emitted-orders.ts';
import type { SimulatorUrls } from '../seed/registry-events.ts';
import type { Report } from '../supervisor/report.ts';
import { compareLedgers, type Comparison } from './compare-ledgers.ts';
import { readLedgers } from './read-ledgers.ts';
import { surpriseOf, untilSettled } from './settlement.ts';
import type { Storefront } from './storefront.ts';
import { summaryOf, totalsOf, type DemoSummary } from './summary.ts';

export interface DemoOptions {
  count: number;
  storefront: Storefront;
  simulators: SimulatorUrls;
  report: Report;
  signal: AbortSignal;
}

/** Something sent twice shows up a moment after the first time. */
const afterglowMs = 500;
const progressMs = 2000;
const dayMs = 86_400_000;
const shownFindings = 20;

/** Emits orders, waits until all have settled, and compares what the providers hold with what the rules ask for. */
export async function runDemo({ count, storefront, simulators, report, signal }: DemoOptions): Promise<DemoSummary> {
  const { tracker } = storefront;
  report(`emitting ${count} orders`);
  const startedAt = performance.now();
  await storefront.resume();
  const orders = await storefront.emit(count);
  // What an interrupted run left under way belongs to the comparison too. Events of older orders may have left their streams.
  const recent = storefront.orders.all().filter(({ placedAt }) => Date.now() - Date.parse(placedAt) < dayMs);
  await untilSettled(recent, tracker, { timeoutMs: 120_000 + count * 20, signal, onProgress: progress(recent.length, report) });
  const elapsedMs = Math.round(performance.now() - startedAt);
  await sleep(afterglowMs, signal);

  const all = storefront.orders.all();
  const comparison = compareLedgers(deliveriesOf(all), await readLedgers(simulators));
  const surprises = recent.flatMap((order) => surpriseOf(order, tracker) ?? []);
  tell([...surprises, ...comparison.findings], report);
  return summaryOf(totalsOf(orders, tracker), {
    unexpected: surprises.length, deadLetters: tracker.deadLetters().count, compared: all.length, ...amounts(comparison), elapsedMs,
  });
}

function amounts({ lost, duplicated }: Comparison): Pick<Comparison, 'lost' | 'duplicated'> {
  return { lost, duplicated };
}

function deliveriesOf(orders: readonly EmittedOrder[]): EmittedOrder['expected']['deliveries'] {
  return orders.flatMap(({ expected }) => expected.deliveries);
}

function progress(total: number, report: Report): (left: number) => void {
  let saidAt = performance.now();
  let said = total;
  return (left) => {
    if (left === said || performance.now() - saidAt < progressMs) return;
    saidAt = performance.now();
    said = left;
    report(`${total - left} of ${total} orders have settled`);
  };
}

function tell(findings: readonly string[], report: Report): void {
  findings.slice(0, shownFindings).forEach(report);
  if (findings.length > shownFindings) report(`and ${findings.length - shownFindings} more`);
}
