import type { CallContext, CheckResult } from '@pes/connector-sdk';
import { callShipStation, type FailedOutcome } from './client.ts';
import { isRecord } from './json.ts';
import { readSettings } from './settings.ts';

/** Reads the stores: tests the keys and that the chosen store can take orders from an API. */
export async function checkAccount(context: CallContext): Promise<CheckResult> {
  const { storeId } = readSettings(context.accountId, context.settings, {});
  const stores = await callShipStation(context, { method: 'GET', path: '/stores', read: (value) => (Array.isArray(value) ? value.filter(isRecord) : undefined) });
  if (!stores.ok) return failedCheck(stores.error.outcome);
  const names = stores.value.map((row) => `${String(row['storeId'])} ${String(row['storeName'])}`).join(', ');
  if (storeId !== undefined) {
    const store = stores.value.find((row) => row['storeId'] === storeId);
    if (store === undefined) return wrongStore(`ShipStation has no active store ${storeId}. It has: ${names}.`);
    if (store['marketplaceId'] !== 0) return wrongStore(`Store ${storeId} belongs to a marketplace. Choose one of the manual kind, or leave the store id empty.`);
  }
  return { ok: true, message: `ShipStation accepts the keys. Stores: ${names}.` };
}

function wrongStore(message: string): CheckResult {
  return { ok: false, code: 'validation', field: 'storeId', message };
}

/** Codes that say nothing about an address are left without a field. */
const fieldOfCode: Record<string, string> = {
  unreachable: 'baseUrl', egress_refused: 'baseUrl', answer_unreadable: 'baseUrl', provider_error: 'baseUrl', auth: 'apiKey',
};

function failedCheck({ code, message }: FailedOutcome): CheckResult {
  const field = message.startsWith('The API secret') ? 'apiSecret' : fieldOfCode[code];
  return { ok: false, code, message, ...(field !== undefined && { field }) };
}
