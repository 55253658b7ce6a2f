import type { ConnectorManifest } from '@pes/contracts';

export interface LaneLimits {
  /** Pushes that may go at once after a quiet time. */
  capacity: number;
  refillPerSecond: number;
  /** How long a connector may take for one message. */
  leaseMs: number;
}

const ordersAtOnce = 16;
const leaseMarginMs = 30_000;

/**
 * A bucket whose burst and refill together stay within the provider's window: burst + refill × window ≤ limit. A sixth as burst keeps a
 * single order instant and costs a sixth of the steady rate. One token is one push, which may take several requests.
 */
export function laneLimits(manifest: ConnectorManifest, settings: Record<string, unknown>): LaneLimits {
  const { requests, perSeconds, requestsPerPush, accountSetting } = manifest.rateLimit;
  const own = accountSetting === undefined ? undefined : settings[accountSetting];
  const limit = typeof own === 'number' && own > 0 ? own : requests;
  const pushes = Math.max(1, limit / requestsPerPush);
  const capacity = Math.max(1, Math.floor(pushes / 6));
  const refillPerSecond = Math.max(pushes - capacity, pushes / 6) / perSeconds;
  const rounds = Math.ceil(manifest.ordersPerMessage / ordersAtOnce);
  return { capacity, refillPerSecond, leaseMs: leaseMarginMs + manifest.callTimeoutMs * requestsPerPush * rounds };
}
