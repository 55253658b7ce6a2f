import { createEgressGuard, createHttpClient, createOutboundAgent, type CallContext, type EarlierAttempts, type OutboundAgent, type Settings } from '@pes/connector-sdk';
import { systemClock } from '@pes/kernel';
import { accountId } from './sample-push.ts';

export const credentials = { apiKey: 'canary-key-5f1d', apiSecret: 'canary-secret-93ab' };
export const firstAttempt: EarlierAttempts = { firstSentAtMs: null, providerRef: null };

export interface ContextOptions {
  url: string;
  agent: OutboundAgent;
  settings?: Settings;
  credentials?: Settings;
  timeoutMs?: number;
}

/** May reach the simulator and nothing else. */
export function loopbackAgent(url: string): OutboundAgent {
  return createOutboundAgent({ guard: createEgressGuard({ allow: { hosts: new Set([new URL(url).host]), ranges: [] } }) });
}

/** What the host would give the connector, with the real HTTP client. `calls` collects method and path. */
export function contextFor(options: ContextOptions): CallContext & { calls: string[] } {
  const controller = new AbortController();
  const calls: string[] = [];
  return {
    accountId,
    credentials: options.credentials ?? credentials,
    settings: { baseUrl: options.url, ...options.settings },
    http: createHttpClient({
      agent: options.agent,
      timeoutMs: options.timeoutMs ?? 5_000,
      signal: controller.signal,
      record: ({ request }) => void calls.push(`${request.method} ${URL.parse(request.url)?.pathname ?? request.url}`),
    }),
    clock: systemClock,
    signal: controller.signal,
    calls,
  };
}
