import { operationFailure } from '../failure.ts';

/** One order as the simulator of a provider holds it. */
export interface LedgerOrder {
  account: string;
  reference: string;
  /** How often it was made there; 0 when it was only refused. */
  creations: number;
}

const patienceMs = 30_000;

/** Simulators name these differently, as their providers do. */
function orderOf(row: Record<string, unknown>, url: string): LedgerOrder {
  const { account, reference, orderNumber, sourceOrderId, creates, submissions, stored } = row;
  const name = reference ?? orderNumber ?? sourceOrderId;
  const creations = creates ?? (stored === false ? 0 : (submissions ?? 1));
  if (typeof name !== 'string' || typeof creations !== 'number') throw operationFailure(`--ledger ${url}: its rows name no order (${Object.keys(row).join(', ')})`);
  return { account: typeof account === 'string' ? account : '', reference: name, creations };
}

async function getJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return await response.json();
  } catch (error) {
    throw operationFailure(`--ledger ${url} cannot be read: ${error instanceof Error ? error.message : String(error)}. Give the address of a simulator.`);
  }
}

/** Everything in the ledger of one simulator: a list, or pages of `rows` with `next`. */
export async function readLedger(url: string): Promise<LedgerOrder[]> {
  const base = url.endsWith('/ledger') ? url : `${url.replace(/\/$/, '')}/__simulator/ledger`;
  const orders: LedgerOrder[] = [];
  let next: number | null = null;
  do {
    const page: unknown = await getJson(next === null ? base : `${base}?offset=${next}`);
    const { rows = [], next: following = null } = Array.isArray(page) ? { rows: page } : (page as { rows?: unknown[]; next?: number | null });
    orders.push(...rows.map((row) => orderOf(row as Record<string, unknown>, url)));
    next = following;
  } while (next !== null);
  return orders;
}
