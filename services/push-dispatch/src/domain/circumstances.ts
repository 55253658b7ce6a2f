import type { ConnectorManifest } from '@pes/contracts';
import type { Circumstances } from './transition.ts';

/** What the decision about an outcome depends on, as the table holds it. */
export interface PushCircumstances {
  push_id: string;
  provider: string;
  reference: string;
  failures: number;
  account_name: string;
  check_first: boolean;
}

/** Whether a connector looks for an order before it sends it again. After that, a failed send says that the order is not there. */
function isLookedUp({ capabilities, idempotency }: ConnectorManifest): boolean {
  return capabilities.lookup && idempotency !== 'key';
}

/** A provider without a manifest counts as one that cannot be asked, the safe reading. */
export function circumstancesOf(row: PushCircumstances, manifest: ConnectorManifest | undefined, { nowMs, random }: { nowMs: number; random: number }): Circumstances {
  return {
    idempotency: manifest?.idempotency ?? 'none',
    providerName: manifest?.displayName ?? row.provider,
    accountName: row.account_name,
    reference: row.reference,
    visibilityDelayMs: manifest?.visibilityDelayMs ?? 0,
    unclear: row.check_first && (manifest === undefined || !isLookedUp(manifest)),
    failures: row.failures,
    nowMs,
    random,
  };
}
