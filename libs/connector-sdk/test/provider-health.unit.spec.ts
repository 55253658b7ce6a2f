import { describe, expect, it } from '@jest/globals';
import type { LookupResult, PushOutcome } from '../src/connector.ts';
import { createTraffic, healthOfBulk, healthOfCall, type Health } from '../src/provider-health.ts';

const returned = <T>(value: T): { kind: 'returned'; value: T } => ({ kind: 'returned', value });

describe('what an outcome shows of the provider', () => {
  it.each<[Health, PushOutcome | LookupResult]>([
    ['well', { kind: 'accepted', providerRef: 'x' }],
    ['well', { kind: 'duplicate', providerRef: 'x' }],
    ['well', { kind: 'rejected', code: 'validation', message: '' }],
    ['well', { kind: 'retry', code: 'rate_limited', message: '' }],
    ['well', { kind: 'blocked', code: 'auth', message: '' }],
    ['well', { kind: 'unknown', code: 'awaiting_confirmation', message: '' }],
    ['well', { kind: 'absent' }],
    ['well', { kind: 'found', providerRef: 'x' }],
    ['well', { kind: 'unclear', code: 'rate_limited', message: '' }],
    ['unwell', { kind: 'retry', code: 'unreachable', message: '' }],
    ['unwell', { kind: 'retry', code: 'provider_error', message: '' }],
    ['unwell', { kind: 'unknown', code: 'timeout', message: '' }],
    ['unwell', { kind: 'unknown', code: 'connection_lost', message: '' }],
    ['unwell', { kind: 'unknown', code: 'provider_error', message: '' }],
    ['unwell', { kind: 'unknown', code: 'answer_unreadable', message: '' }],
    ['unwell', { kind: 'unclear', code: 'timeout', message: '' }],
  ])('%s: %j', (health, value) => {
    expect(healthOfCall(returned(value), 1)).toBe(health);
    expect(healthOfCall(returned(value), 0)).toBe('silent');
  });

  it('nothing, when the connector failed', () => {
    expect(healthOfCall({ kind: 'threw', error: new Error('bug') }, 1)).toBe('silent');
    expect(healthOfCall({ kind: 'overran' }, 1)).toBe('silent');
    expect(healthOfCall(returned(undefined), 1)).toBe('silent');
  });
});

describe('what a bulk call shows', () => {
  const accepted = { outcome: { kind: 'accepted' } };
  const rejected = { outcome: { kind: 'rejected', code: 'validation' } };
  const lost = { outcome: { kind: 'unknown', code: 'connection_lost' } };

  it.each<[Health, number, Array<{ outcome: { kind: string; code?: string } }>]>([
    ['well', 1, [accepted, accepted]],
    ['well', 1, [rejected, rejected]],
    ['well', 3, [accepted, accepted, lost]],
    ['unwell', 1, [lost, lost]],
    ['unwell', 1, [rejected, rejected, rejected, lost]],
    ['silent', 0, [rejected, rejected]],
  ])('%s with %i requests: %j', (health, requests, outcomes) => {
    expect(healthOfBulk(returned(outcomes), requests)).toBe(health);
  });
});

it('a request that was refused before the network is no traffic', () => {
  const traffic = createTraffic();
  const call = { atMs: 0, durationMs: 0, request: { method: 'GET', url: 'https://a' } } as const;
  traffic.note({ ...call, result: { kind: 'not-sent', code: 'egress_refused', message: '' } });
  expect(traffic.count()).toBe(0);
  traffic.note({ ...call, result: { kind: 'not-sent', code: 'unreachable', message: '' } });
  traffic.note({ ...call, result: { kind: 'answer', status: 500, headers: {}, body: '' } });
  expect(traffic.count()).toBe(2);
});
