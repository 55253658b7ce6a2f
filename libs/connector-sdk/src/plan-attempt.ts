import type { ConnectorManifest, PushWorkItem } from '@pes/contracts';

/**
 * What to do with one order, decided before anything is called. An order may have been sent before when dispatch says so
 * (check-then-send) or when this delivery is not the first one; then only what the provider offers against doubles allows another send.
 *
 *   first delivery, mode send ───────────────────────────────▶ send
 *   otherwise   key, or natural key without lookup ──────────▶ send       the provider sorts a repeat out
 *               lookup ──────────────────────────────────────▶ look-up
 *               none of these ───────────────────────────────▶ unclear    a person has to look
 */
export type Plan = 'send' | 'look-up' | 'unclear';

export interface Attempt {
  item: Pick<PushWorkItem, 'mode' | 'claimedAt' | 'firstSentAt' | 'leaseUntil'>;
  /** Handed to a connector before under the same fence, or perhaps: a redelivered message, one that this process has seen, one from before it. */
  repeated: boolean;
}

// Clocks of the database, which stamps claims, and of this process may differ by as much.
const clockToleranceMs = 1_000;

/**
 * Whether a claim is older than this process, so that an earlier one may have worked on it. The delivery count would tell, but a broker that
 * was set back to an older copy of itself counts from anew. Matters only where nothing but our own memory prevents a second order: there the
 * order is looked up, or left to a person. What waits at the broker while a connector of such a provider starts pays for that.
 */
export function mayBeFromBefore({ claimedAt }: Pick<PushWorkItem, 'claimedAt'>, idempotency: ConnectorManifest['idempotency'], startedAtMs: number): boolean {
  return (idempotency === 'lookup' || idempotency === 'none') && Date.parse(claimedAt) < startedAtMs + clockToleranceMs;
}

export function maybeSentBefore({ item, repeated }: Attempt): boolean {
  return repeated || item.mode === 'check-then-send';
}

export function planAttempt(attempt: Attempt, idempotency: ConnectorManifest['idempotency'], canLookUp: boolean): Plan {
  if (!maybeSentBefore(attempt) || idempotency === 'key') return 'send';
  if (canLookUp) return 'look-up';
  return idempotency === 'natural-key' ? 'send' : 'unclear';
}

type Visibility = Pick<ConnectorManifest, 'idempotency' | 'visibilityDelayMs'>;

/**
 * How much longer an order that a lookup did not find may still turn up, in milliseconds; 0 means that it is not there.
 * After a redelivery another process may hold the earlier delivery: one that has only lost the broker begins its call as late as the lease
 * allows. Where a repeat is refused (natural key) that needs no waiting for.
 */
export function mayStillAppearMs({ item, repeated }: Attempt, manifest: Visibility, nowMs: number): number {
  const ends: number[] = [];
  if (item.mode === 'check-then-send') ends.push(Date.parse(item.firstSentAt ?? item.claimedAt) + manifest.visibilityDelayMs);
  if (repeated) ends.push(Date.parse(manifest.idempotency === 'natural-key' ? item.claimedAt : item.leaseUntil) + manifest.visibilityDelayMs);
  return Math.max(0, ...ends.map((endMs) => endMs - nowMs));
}

// A call must not outlive the lease: dispatch would hand the order out again while it is under way.
const leaseMarginMs = 1_000;

export function lastCallMs({ leaseUntil }: Pick<PushWorkItem, 'leaseUntil'>): number {
  return Date.parse(leaseUntil) - leaseMarginMs;
}
