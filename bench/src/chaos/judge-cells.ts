import { sleep } from '@pes/kernel';
import { compareLedgers, readLedgers, surpriseOf, untilSettled, type EmittedOrder } from '@pes/standalone';
import { whileTimePasses } from './let-time-pass.ts';
import type { Rig } from './rig.ts';
import { countUntold } from './untold-pushes.ts';

/** The orders that were emitted while a cell ran, up to the next one. */
export interface Stretch {
  cell: string;
  recoverySeconds: number;
  /** The same measure just before the fault. */
  usualSeconds: number;
  /** Place of its first order among all. */
  firstIndex: number;
}

export interface CellResult {
  cell: string;
  orders: number;
  lost: number;
  duplicated: number;
  /** Orders that did not come to rest, or in another state than the rules ask for. */
  unexpected: number;
  recoverySeconds: number;
  usualSeconds: number;
}

export interface Verdict {
  cells: CellResult[];
  /** Pushes whose state a new reader of the integration events would not know. */
  untold: number;
}

const settlePatienceMs = 120_000;
/** Longer than a message stays with a dead reader: what is sent twice shows up by then. */
const afterglowMs = 5_000;
const shownFindings = 10;

/** References are `<prefix><order number>`, with `-<part>` behind when an order was split. */
function numberOf(reference: string): number {
  return Number(/^[A-Z]+-(\d+)/.exec(reference)?.[1]);
}

/** Waits until everything has come to rest, then compares what the providers hold with what the rules ask for, cell by cell. */
export async function judgeCells(rig: Rig, stretches: readonly Stretch[], say: (text: string) => void): Promise<Verdict> {
  const { storefront, dispatch, load, system, natsUrl } = rig;
  const { orders, tracker } = storefront;
  await whileTimePasses(dispatch, async () => {
    const stopped = load.stop();
    await untilSettled(orders.all(), tracker, { timeoutMs: settlePatienceMs, signal: new AbortController().signal });
    await Promise.race([stopped, sleep(settlePatienceMs)]);
    await untilSettled(orders.all(), tracker, { timeoutMs: settlePatienceMs, signal: new AbortController().signal });
  });
  await sleep(afterglowMs);
  const ledger = await readLedgers(system.simulators);

  const cells = stretches.map(({ firstIndex, ...stretch }, index) => {
    const own: readonly EmittedOrder[] = orders.all().slice(firstIndex, stretches[index + 1]?.firstIndex);
    const numbers = new Set(own.map(({ orderNumber }) => orderNumber));
    const { lost, duplicated, findings } = compareLedgers(own.flatMap(({ expected }) => expected.deliveries), ledger.filter(({ reference }) => numbers.has(numberOf(reference))));
    const surprises = own.flatMap((order) => surpriseOf(order, tracker) ?? []);
    for (const finding of [...findings, ...surprises].slice(0, shownFindings)) say(`${stretch.cell}: ${finding}`);
    return { ...stretch, orders: own.length, lost, duplicated, unexpected: surprises.length };
  });
  return { cells, untold: await countUntold(dispatch, natsUrl) };
}
