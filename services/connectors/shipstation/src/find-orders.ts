import { unknown, type CallContext } from '@pes/connector-sdk';
import { fail, ok, type Result } from '@pes/kernel';
import { callShipStation, failure, type CallFailure } from './client.ts';
import { idText, isRecord } from './json.ts';
import { fromPacific } from './pacific-time.ts';

export interface FoundOrder {
  orderId: string;
  /** As ShipStation spells it; new values appear without notice. */
  orderStatus: string;
  createdAtMs: number | undefined;
}

interface Page {
  rows: unknown[];
  pages: number;
}

const pageSize = 500;
/** A short reference can begin thousands of others. */
const maxPages = 10;

/**
 * Our orders at ShipStation, by orderKey. V1 has no search by key, and its search by number finds every number that starts with ours, so
 * rows count only when the key is exactly ours. `pages` is sometimes 0 although there are rows. Stops as soon as every key is found.
 */
export async function findOrders(
  context: CallContext,
  query: { reference: string; storeId: number | undefined; keys: readonly string[] },
): Promise<Result<Map<string, FoundOrder>, CallFailure>> {
  const wanted = new Set(query.keys);
  const found = new Map<string, FoundOrder>();
  const filter = `orderNumber=${encodeURIComponent(query.reference)}${query.storeId === undefined ? '' : `&storeId=${query.storeId}`}`;
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await callShipStation(context, { method: 'GET', path: `/orders?${filter}&pageSize=${pageSize}&page=${page}`, read: readPage });
    if (!answer.ok) return answer;
    for (const row of answer.value.rows) {
      if (!isRecord(row) || typeof row['orderKey'] !== 'string' || !wanted.has(row['orderKey'])) continue;
      const order = readFound(row);
      if (order !== undefined) found.set(row['orderKey'], order);
    }
    if (found.size === wanted.size || answer.value.rows.length < pageSize || page === answer.value.pages) return ok(found);
  }
  return fail(failure(unknown('provider_error', `More than ${pageSize * maxPages} orders at ShipStation start with ${query.reference}.`), 200));
}

function readPage(value: unknown): Page | undefined {
  if (!isRecord(value) || !Array.isArray(value['orders'])) return undefined;
  return { rows: value['orders'], pages: typeof value['pages'] === 'number' ? value['pages'] : 0 };
}

function readFound(row: Record<string, unknown>): FoundOrder | undefined {
  const orderId = idText(row['orderId']);
  const { orderStatus, createDate } = row;
  if (orderId === undefined) return undefined;
  return {
    orderId,
    orderStatus: typeof orderStatus === 'string' ? orderStatus : 'unknown',
    createdAtMs: typeof createDate === 'string' ? fromPacific(createDate) : undefined,
  };
}
