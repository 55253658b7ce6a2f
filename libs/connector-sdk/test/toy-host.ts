import { ok } from '@pes/kernel';
import { createAccountLimiter } from '../src/account-limiter.ts';
import { createAttemptMemory } from '../src/attempt-memory.ts';
import { createBreakers } from '../src/breaker.ts';
import type { Connector } from '../src/connector.ts';
import type { PushHost } from '../src/process-push-work.ts';
import { createRateBook } from '../src/rate-book.ts';
import { createRedactor } from '../src/redact.ts';
import { toyConnector, type ToyOptions } from './toy-work.ts';

export const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
export const credentials = { apiKey: 'toy-secret-1' };

export const breakerSettings = { minCalls: 10, failurePercent: 50, windowMs: 60_000, openMs: 30_000, probeMs: 5_000 };

/** A host in memory: the clock stands still, and every call to the provider is answered with its body. */
export function createHost(connector: Connector, seen: { log: string[] }, change: Partial<PushHost> = {}): PushHost {
  const clock = { now: () => nowMs };
  return {
    connector, clock, breakers: createBreakers({ settings: breakerSettings }), rates: createRateBook(connector, clock),
    log: { info: () => undefined, warn: () => undefined, error: (_fields, message) => { seen.log.push(message); } },
    createClient: ({ record }) => ({
      async request(request) {
        const result = { kind: 'answer', status: 200, headers: {}, body: `echo ${request.body ?? ''}` } as const;
        record({ atMs: nowMs, durationMs: 3, request, result });
        return result;
      },
    }),
    openCredentials: () => ok({ credentials, redact: createRedactor({ credentials }) }),
    limiter: createAccountLimiter(16), memory: createAttemptMemory(), startedAtMs: nowMs - 3_600_000, stopping: new AbortController().signal, cutOff: new AbortController().signal,
    ...change,
  };
}

/** The connector of the trial, noting which of its functions are called. */
export function noted({ push, lookup, ...rest }: ToyOptions, calls: string[]): Connector {
  const connector = toyConnector({ ...rest, ...(push && { push }), ...(lookup !== undefined && { lookup }) });
  const find = connector.lookup;
  return {
    ...connector,
    push: async (...args) => { calls.push('push'); return connector.push(...args); },
    ...(find && { lookup: async (...args: Parameters<NonNullable<Connector['lookup']>>) => { calls.push('lookup'); return find(...args); } }),
  };
}
