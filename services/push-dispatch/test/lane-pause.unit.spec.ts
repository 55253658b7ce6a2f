import { describe, expect, it } from '@jest/globals';
import { pausesOf } from '../src/domain/lane-pause.ts';
import type { PushRow } from '../src/domain/push-state.ts';
import type { Transition } from '../src/domain/transition.ts';

const blocked: Transition = { state: 'blocked', code: 'auth', message: 'Wrong key.', runAtMs: null, failures: 0, providerRef: null, pauseLaneUntilMs: Infinity };
const outcome = { result: { pushId: 'p', fence: 2 }, transition: blocked };
const row = (changes: Partial<PushRow> = {}): PushRow => ({
  push_id: 'p', order_id: 'o', account_id: 'a', subscriber_id: 's', site_id: 'i', order_number: 1, provider: 'acme-press', reference: 'AE-1', state: 'blocked', code: 'auth',
  message: 'Wrong key.', attempt: 2, provider_ref: null, run_at: null, revision: 3, updated_at: new Date(0), ...changes,
});

describe('pausesOf', () => {
  it('pauses the lane of a push that the outcome blocked, also when the outcome comes again before anything else happened', () => {
    expect(pausesOf([outcome], [row()])).toEqual([{ accountId: 'a', untilMs: Infinity, code: 'auth', message: 'Wrong key.' }]);
  });

  it.each([
    ['the push is queued again', [row({ state: 'queued', code: null })]],
    ['a later attempt is blocked', [row({ attempt: 3 })]],
    ['the push waits for something else', [row({ code: 'account_disabled' })]],
    ['the push is not known', []],
  ])('pauses nothing when %s', (_name, rows) => {
    expect(pausesOf([outcome], rows)).toEqual([]);
  });

  it('pauses nothing after an outcome that asks for no pause', () => {
    const { pauseLaneUntilMs: _none, ...sent } = { ...blocked, state: 'sent' as const, code: null };
    expect(pausesOf([{ ...outcome, transition: sent }], [row({ state: 'sent', code: null })])).toEqual([]);
  });
});
