import { accounts } from '../seed/accounts.ts';
import type { SimulatorUrls } from '../seed/registry-events.ts';
import type { LedgerOrder } from './compare-ledgers.ts';

/** Everything that the simulated providers hold. Throws when one does not answer. */
export async function readLedgers(urls: SimulatorUrls): Promise<LedgerOrder[]> {
  return [...(await readShipStation(urls.shipStation)), ...(await readSiteFlow(urls.siteFlow))];
}

interface ShipStationRow {
  account: string;
  orderNumber: string;
  creates: number;
  items: number;
}

/** The ledger counts lines, with discounts among them; which goods an order holds is read like any client of the API would. */
async function readShipStation(url: string): Promise<LedgerOrder[]> {
  const orders: LedgerOrder[] = [];
  for (const account of Object.values(accounts).filter(({ provider }) => provider === 'shipstation')) {
    const { accountId, credentials: { apiKey = '', apiSecret = '' } } = account;
    const goods = await readGoods(url, `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`);
    for (const { orderNumber, creates, items } of await readRows(url, accountId)) {
      const itemReferences = goods.get(orderNumber) ?? [];
      orders.push({ accountId, reference: orderNumber, creations: creates, itemReferences, itemCount: items });
    }
  }
  return orders;
}

async function readRows(url: string, accountId: string): Promise<ShipStationRow[]> {
  const rows: ShipStationRow[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const page: { rows: ShipStationRow[]; next: number | null } = await getJson(`${url}/__simulator/ledger?account=${accountId}&offset=${offset}`);
    rows.push(...page.rows);
    offset = page.next;
  }
  return rows;
}

interface ShipStationOrder {
  orderNumber: string;
  items: { lineItemKey: string | null; adjustment: boolean }[];
}

const pageSize = 500;

/** Line keys of the goods by order number, over all orders that carry the number. */
async function readGoods(url: string, authorization: string): Promise<Map<string, string[]>> {
  const goods = new Map<string, string[]>();
  for (let page = 1, count = pageSize; count === pageSize; page += 1) {
    const { orders }: { orders: ShipStationOrder[] } = await getJson(`${url}/orders?page=${page}&pageSize=${pageSize}`, { authorization });
    for (const { orderNumber, items } of orders) {
      const keys = items.filter(({ adjustment }) => !adjustment).map(({ lineItemKey }) => lineItemKey ?? '');
      goods.set(orderNumber, [...(goods.get(orderNumber) ?? []), ...keys]);
    }
    count = orders.length;
  }
  return goods;
}

interface SiteFlowLine {
  account: string;
  sourceOrderId: string;
  submissions: number;
  stored: boolean;
  items: number;
}

async function readSiteFlow(url: string): Promise<LedgerOrder[]> {
  const lines = await getJson<SiteFlowLine[]>(`${url}/__simulator/ledger`);
  // A submission that was dropped again left nothing behind.
  return lines.map(({ account, sourceOrderId, submissions, stored, items }) => ({
    accountId: account, reference: sourceOrderId, creations: stored ? submissions : 0, itemCount: items,
  }));
}

async function getJson<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T;
}
