import type { ConnectorManifest } from '@pes/contracts';

export interface LaneLimits {
  /** Calls that may be made at once after a quiet time. */
  capacity: number;
  refillPerSecond: number;
  /** How long a connector may take for one message. */
  leaseMs: number;
}

const ordersAtOnce = 16;
const leaseMarginMs = 30_000;

/**
 * A bucket whose burst and refill together stay within the provider's window: burst + refill × window ≤ limit. A sixth as burst keeps a
 * single order instant and costs a sixth of the steady rate. One token is one call of the connector, which may take several requests; it
 * carries one order, or up to ordersPerRequest.
 */
export function laneLimits(manifest: ConnectorManifest, settings: Record<string, unknown>): LaneLimits {
  const { requests, perSeconds, requestsPerPush, accountSetting } = manifest.rateLimit;
  const own = accountSetting === undefined ? undefined : settings[accountSetting];
  const limit = typeof own === 'number' && own > 0 ? own : requests;
  const calls = Math.max(1, limit / requestsPerPush);
  const capacity = Math.max(1, Math.floor(calls / 6));
  const refillPerSecond = Math.max(calls - capacity, calls / 6) / perSeconds;
  const rounds = Math.ceil(manifest.ordersPerMessage / ordersAtOnce);
  return { capacity, refillPerSecond, leaseMs: leaseMarginMs + manifest.callTimeoutMs * requestsPerPush * rounds };
}
