import type { DecisionReason } from '@pes/contracts';
import type { SyncLine } from '../data-access/sync-lines.sql.ts';

/** What order-eligibility answers to rpc.eligibility.redecide. */
export interface RedecidedPage {
  orders: Array<{ orderId: string; orderNumber: number; siteId: string; result: 'eligible' | 'waiting'; final: boolean; reasons: DecisionReason[] }>;
  next: { day: string; orderId: string } | null;
}

export function countPage({ orders }: RedecidedPage): { checked: number; eligible: number; waiting: number } {
  const eligible = orders.filter(({ result }) => result === 'eligible').length;
  return { checked: orders.length, eligible, waiting: orders.length - eligible };
}

/** One line for each order that is not pushed, with every reason. */
export function waitingLines({ orders }: RedecidedPage): SyncLine[] {
  return orders.filter(({ result }) => result === 'waiting').map(({ orderId, orderNumber, final, reasons }) => ({
    level: 'waiting', orderId, orderNumber,
    message: `Order ${orderNumber} ${final ? 'is not pushed' : 'waits'}: ${reasons.map(({ message }) => message).join(' ')}`,
  }));
}
