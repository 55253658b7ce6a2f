export interface SimulatedStore {
  storeId: number;
  storeName: string;
  /** 0: manual, the only kind that takes orders from the API. */
  marketplaceId: number;
}

export interface SimulatedAccount {
  apiKey: string;
  apiSecret: string;
  /** How the ledger calls the account; the API key when left out. */
  name?: string;
  /** ShipStation's own limit, 40, when left out. */
  requestsPerMinute?: number;
  stores?: SimulatedStore[];
  /** Tags that exist. */
  tagIds?: number[];
  /** Answers 403 to everything. */
  disabled?: boolean;
}

export const defaultStores: SimulatedStore[] = [
  { storeId: 9_101, storeName: 'Webshop of a marketplace', marketplaceId: 36 },
  { storeId: 9_102, storeName: 'Manual orders', marketplaceId: 0 },
  { storeId: 9_103, storeName: 'Second manual store', marketplaceId: 0 },
];

export const defaultTagIds = [7_001, 7_002];
const windowMs = 60_000;

/** Requests of one key in the current minute. */
export interface RateWindow {
  /** False when the limit is reached. */
  take(nowMs: number): boolean;
  headers(nowMs: number): Record<string, string>;
  clear(): void;
}

export function createRateWindow(limit: number): RateWindow {
  let startedMs = -Infinity;
  let used = 0;
  return {
    take(nowMs) {
      if (nowMs - startedMs >= windowMs) {
        startedMs = nowMs;
        used = 0;
      }
      used += 1;
      return used <= limit;
    },
    headers: (nowMs) => ({
      'X-Rate-Limit-Limit': `${limit}`,
      'X-Rate-Limit-Remaining': `${Math.max(0, limit - used)}`,
      'X-Rate-Limit-Reset': `${Math.max(0, Math.ceil((startedMs + windowMs - nowMs) / 1000))}`,
    }),
    clear() {
      startedMs = -Infinity;
    },
  };
}
