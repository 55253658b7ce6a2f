import type { ConnectorManifest, OrderItem, PushItem as WireItem, PushOrder as WireOrder, PushOutcome, RateReport } from '@pes/contracts';
import type { Clock } from '@pes/kernel';
import type { HttpAnswer, HttpClient } from './http-client.ts';

export type { ConnectorManifest, PushOutcome, RateReport } from '@pes/contracts';

/** One item to send. On the wire it is only a number where the order holds it anyway; here it is complete. */
export type PushItem = WireItem & { item: OrderItem };

/** One order prepared for one account. order.items holds all items, also denied ones: use items. */
export type PushOrder = Omit<WireOrder, 'items'> & { items: PushItem[] };

export type Settings = Record<string, unknown>;

/** What a connector may use during one call. The host makes one per order, so that exchanges belong to that order. */
export interface CallContext {
  accountId: string;
  /** Opened credentials, as the manifest's credentials schema describes them. They never leave the connector process. */
  credentials: Settings;
  /** Account settings, by the manifest's accountSettings schema. */
  settings: Settings;
  /** Calls the provider; follows no redirect, never retries, records every exchange (masked) for the attempt log. */
  http: HttpClient;
  clock: Clock;
  /** Fires when the lease is about to end; a call that is under way then has an unknown outcome. */
  signal: AbortSignal;
}

/** What is known of earlier attempts at the same order. */
export interface EarlierAttempts {
  /** When the order was first handed to a connector; null on the first attempt. Milliseconds. */
  firstSentAtMs: number | null;
  /** Provider id learnt by an earlier attempt, for example from an acknowledgement that was not yet a confirmation. */
  providerRef: string | null;
}

export type LookupResult =
  | { kind: 'found'; providerRef: string; message?: string }
  | { kind: 'absent' }
  /** The provider could not be asked, or its answer settles nothing: ask again later. */
  | { kind: 'unclear'; code: string; message: string; afterMs?: number }
  /** The provider says no for good, for example: it took the order and dropped it. */
  | { kind: 'rejected'; code: string; message: string }
  | { kind: 'blocked'; code: 'auth' | 'account_disabled'; message: string };

export type CheckResult = { ok: true; message: string } | { ok: false; code: string; field?: string; message: string };

/** What became of one order of a bulk call. */
export interface BulkOutcome {
  outcome: PushOutcome;
  /** This order's part of the request and of the answer, for the attempt log; undefined: it was not part of the call. */
  request?: unknown;
  answer?: unknown;
}

/** Several orders of one account in one request. */
export interface BulkPush {
  maxOrders: number;
  /** One outcome for each order, in the same order. Only called for orders that were certainly never sent before. */
  push(orders: readonly PushOrder[], context: CallContext): Promise<BulkOutcome[]>;
}

/**
 * One provider. A plain object: no base class, no state between calls. It reports what it saw and never decides about retries;
 * push-dispatch does. A thrown error counts as a bug and is reported as an unknown outcome.
 */
export interface Connector {
  manifest: ConnectorManifest;
  /** Tests the credentials live and says which field or what network problem. Sends nothing that produces anything. */
  check(context: CallContext): Promise<CheckResult>;
  /** Sends one order. */
  push(order: PushOrder, context: CallContext, earlier: EarlierAttempts): Promise<PushOutcome>;
  /** Left out when the provider has no call for several orders. */
  pushMany?: BulkPush;
  /** Finds an order by our reference. Left out when the provider has no way to do so (idempotency "none" or "key"). */
  lookup?(order: PushOrder, context: CallContext, earlier: EarlierAttempts): Promise<LookupResult>;
  /**
   * What an answer says about the rate limit of these credentials: requests left and the time until the provider counts anew; undefined when
   * it says nothing. Called for every answer. Left out when the provider says nothing besides 429, which the host reads itself.
   */
  readRate?(answer: HttpAnswer, nowMs: number): RateReport | undefined;
}
