/**
 * Synchronize: a job that is queued, runs in the background and cannot be cancelled.
 *
 *   queued ──a worker takes it──▶ running ──every page is done──▶ finished
 *                                   └──the other service says that the request is wrong──▶ failed
 *
 * While the other service is silent it stays running and tries again. A worker that dies is followed by another one, from the last page on.
 */
export const syncKinds = ['orders', 'order-status', 'products', 'categories'] as const;
export type SyncKind = (typeof syncKinds)[number];

export const syncStates = ['queued', 'running', 'finished', 'failed'] as const;
export type SyncState = (typeof syncStates)[number];

/** Which service does it; null: none that this installation has. */
export const syncServices: Readonly<Record<SyncKind, { service: string; installed: boolean }>> = {
  orders: { service: 'order-eligibility', installed: true },
  'order-status': { service: 'status-polling', installed: false },
  products: { service: 'catalog-sync', installed: false },
  categories: { service: 'catalog-sync', installed: false },
};

const windowDays = 30;
const dayMs = 86_400_000;

/** First day (UTC) of the orders that a sync asked for at a time looks at, by order date. */
export function firstDay(askedAtMs: number): string {
  return new Date(askedAtMs - windowDays * dayMs).toISOString().slice(0, 10);
}
