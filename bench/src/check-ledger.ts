import { accountCount, accountId, referencePrefix } from './bench-accounts.ts';
import { accountOf } from './bench-orders.ts';

interface LedgerPage {
  rows: Array<{ orderNumber: string; creates: number }>;
  next: number | null;
}

/** How often the simulated provider created each order, by account and reference. */
async function readCreations(simulatorUrl: string): Promise<Map<string, number>> {
  const creations = new Map<string, number>();
  for (let n = 0; n < accountCount; n += 1) {
    for (let offset: number | null = 0; offset !== null;) {
      const response = await fetch(`${simulatorUrl}/__simulator/ledger?account=${accountId(n)}&offset=${offset}`);
      const page = await response.json() as LedgerPage;
      for (const { orderNumber, creates } of page.rows) creations.set(`${n}/${orderNumber}`, creates);
      offset = page.next;
    }
  }
  return creations;
}

/** Compares what the provider took with what was published: a fast path that loses or doubles orders has no figure. */
export async function checkLedger(simulatorUrl: string, orderNumbers: readonly number[]): Promise<{ lost: number; duplicated: number }> {
  const creations = await readCreations(simulatorUrl);
  const counts = orderNumbers.map((orderNumber) => {
    const n = accountOf(orderNumber);
    return creations.get(`${n}/${referencePrefix(n)}${orderNumber}`) ?? 0;
  });
  return {
    lost: counts.filter((count) => count === 0).length,
    duplicated: counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
  };
}
