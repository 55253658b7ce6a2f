import { defaultRequestsPerMinute, type SimulatedAccount } from './settings.ts';

/** Requests of one token within a clock minute. */
export function createRateLimit() {
  const windows = new Map<string, { minute: number; used: number }>();

  /** Counts a request. Seconds until the limit opens again, or undefined while there is room. */
  return function overLimit({ token, requestsPerMinute = defaultRequestsPerMinute }: SimulatedAccount, nowMs: number): number | undefined {
    const minute = Math.floor(nowMs / 60_000);
    const known = windows.get(token);
    const window = known?.minute === minute ? known : { minute, used: 0 };
    window.used += 1;
    windows.set(token, window);
    return window.used > requestsPerMinute ? Math.max(1, Math.ceil(((minute + 1) * 60_000 - nowMs) / 1000)) : undefined;
  };
}
