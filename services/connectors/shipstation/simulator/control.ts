import { json, type Answer } from './answers.ts';
import type { Fault, Faults } from './faults.ts';
import type { LedgerRow, OrderBook } from './order-book.ts';

export interface Controls {
  book: OrderBook;
  faults: Faults;
  /** Forgets orders, faults and rate windows. */
  reset: () => void;
  requests: () => Record<string, number>;
}

export const controlPrefix = '/__simulator/';

/**
 * GET ledger (?account=&offset=&limit=), POST faults (one or a list), DELETE faults, POST reset. No authentication: a simulator listens
 * on the loopback address only.
 */
export function control(controls: Controls, request: { method: string; path: string; query: URLSearchParams; body: string }): Answer {
  switch (`${request.method} ${request.path.slice(controlPrefix.length)}`) {
    case 'GET ledger': return ledger(controls, request.query);
    case 'POST faults': {
      const given = JSON.parse(request.body) as Fault | Fault[];
      for (const fault of Array.isArray(given) ? given : [given]) controls.faults.add(fault);
      return json(200, { success: true });
    }
    case 'DELETE faults':
      controls.faults.clear();
      return json(200, { success: true });
    case 'POST reset':
      controls.reset();
      return json(200, { success: true });
    default: return json(404, { message: 'No such control' });
  }
}

function ledger({ book, requests }: Controls, query: URLSearchParams): Answer {
  const account = query.get('account');
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? 10_000);
  const rows = book.rows().filter((row) => account === null || row.account === account);
  const end = offset + limit;
  return json(200, { ...summary(rows), requests: requests(), rows: rows.slice(offset, end), next: end < rows.length ? end : null });
}

function summary(rows: readonly LedgerRow[]): { orders: number; creates: number; updates: number; duplicates: number } {
  const creates = rows.reduce((total, row) => total + row.creates, 0);
  return { orders: rows.length, creates, updates: rows.reduce((total, row) => total + row.updates, 0), duplicates: creates - rows.length };
}
