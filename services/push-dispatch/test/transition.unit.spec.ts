import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PushOutcome } from '@pes/contracts';
import { retryDelaysMs } from '../src/domain/schedule.ts';
import { leaseExpired, transition, type Circumstances } from '../src/domain/transition.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);

function given(changes: Partial<Circumstances> = {}): Circumstances {
  return { idempotency: 'lookup', providerName: 'Acme Press', accountName: 'Acme East', reference: 'AE-501', visibilityDelayMs: 0, unclear: false, failures: 0, nowMs, random: 1, ...changes };
}

describe('transition', () => {
  it('an accepted order is sent, with the provider id', () => {
    expect(transition({ kind: 'accepted', providerRef: '77' }, given())).toMatchObject({ state: 'sent', providerRef: '77', runAtMs: null });
  });

  it('an order that was there already counts as sent', () => {
    expect(transition({ kind: 'duplicate', providerRef: '77' }, given({ failures: 3 }))).toMatchObject({ state: 'sent', providerRef: '77' });
  });

  it('a rejection is never tried again and keeps the words of the provider', () => {
    const next = transition({ kind: 'rejected', code: 'validation', message: 'ZIP code is missing' }, given());
    expect(next).toMatchObject({ state: 'rejected', code: 'validation', runAtMs: null });
    expect(next.message).toContain('ZIP code is missing');
  });

  it.each(retryDelaysMs.map((delayMs, index) => ({ failures: index, delayMs })))('a retry after $failures failures comes after $delayMs ms at most', ({ failures, delayMs }) => {
    expect(transition({ kind: 'retry', code: 'unreachable', message: 'refused' }, given({ failures }))).toMatchObject({
      state: 'retrying', runAtMs: nowMs + delayMs, failures: failures + 1,
    });
  });

  it('a retry after the last step of the schedule is dead and says how often it was tried', () => {
    const next = transition({ kind: 'retry', code: 'unreachable', message: 'refused' }, given({ failures: retryDelaysMs.length }));
    expect(next).toMatchObject({ state: 'dead', code: 'attempts_exhausted', runAtMs: null });
    expect(next.message).toContain('all 8 attempts failed');
  });

  it('after the last step of the schedule asks a person when an earlier attempt may have reached the provider', () => {
    const next = transition({ kind: 'retry', code: 'unreachable', message: 'refused' }, given({ failures: retryDelaysMs.length, unclear: true }));
    expect(next).toMatchObject({ state: 'needs-person', code: 'attempts_exhausted', runAtMs: null, failures: retryDelaysMs.length + 1 });
    expect(next.message).toContain('not known whether AE-501 reached Acme Press');
  });

  it('waits as long as the provider asks when that is longer', () => {
    const next = transition({ kind: 'retry', code: 'provider_error', message: 'busy', afterMs: 90_000 }, given());
    expect(next.runAtMs).toBe(nowMs + 90_000);
  });

  it('an open breaker pauses the whole account and uses up no attempt', () => {
    const next = transition({ kind: 'retry', code: 'breaker_open', message: 'failing', afterMs: 30_000 }, given({ failures: 2 }));
    expect(next).toMatchObject({ state: 'retrying', failures: 2, runAtMs: nowMs + 30_000, pauseLaneUntilMs: nowMs + 30_000 });
  });

  it('a rate limit holds everybody with these credentials and uses up no attempt', () => {
    const next = transition({ kind: 'retry', code: 'rate_limited', message: 'slow down', afterMs: 23_000 }, given({ failures: 7 }));
    expect(next).toMatchObject({ state: 'retrying', failures: 7, runAtMs: nowMs + 23_000, holdRateUntilMs: nowMs + 23_000 });
    expect(next.pauseLaneUntilMs).toBeUndefined();
  });

  it('an order that may have been sent waits for an open breaker or a busy provider as well, and uses up no check', () => {
    const open = transition({ kind: 'unknown', code: 'breaker_open', message: 'failing', afterMs: 30_000 }, given({ failures: retryDelaysMs.length }));
    expect(open).toMatchObject({ state: 'checking', failures: retryDelaysMs.length, runAtMs: nowMs + 30_000, pauseLaneUntilMs: nowMs + 30_000 });
    const busy = transition({ kind: 'unknown', code: 'rate_limited', message: 'slow down' }, given({ failures: 2 }));
    expect(busy).toMatchObject({ state: 'checking', failures: 2, runAtMs: nowMs + 60_000, holdRateUntilMs: nowMs + 60_000 });
  });

  it('refused credentials stop the account until somebody acts', () => {
    expect(transition({ kind: 'blocked', code: 'auth', message: 'Key refused.' }, given())).toMatchObject({ state: 'blocked', pauseLaneUntilMs: Infinity });
  });

  it.each(['key', 'natural-key', 'lookup'] as const)('an unknown outcome is checked when the provider offers %s', (idempotency) => {
    expect(transition({ kind: 'unknown', code: 'timeout', message: 'no answer' }, given({ idempotency }))).toMatchObject({ state: 'checking', failures: 1 });
  });

  it('an unknown outcome stops for a person when the provider cannot be asked', () => {
    const next = transition({ kind: 'unknown', code: 'timeout', message: 'no answer' }, given({ idempotency: 'none' }));
    expect(next).toMatchObject({ state: 'needs-person', code: 'timeout', runAtMs: null });
    expect(next.message).toContain('resend or mark as sent');
  });

  it('an unknown outcome never becomes dead: after the last check a person decides', () => {
    expect(transition({ kind: 'unknown', code: 'timeout', message: '' }, given({ failures: retryDelaysMs.length }))).toMatchObject({ state: 'needs-person' });
  });

  it('a confirmation on its way uses up no attempt and remembers the provider id', () => {
    const next = transition({ kind: 'unknown', code: 'awaiting_confirmation', message: '', afterMs: 30_000, providerRef: 'ack-1' }, given({ failures: 6 }));
    expect(next).toMatchObject({ state: 'checking', failures: 6, runAtMs: nowMs + 30_000, providerRef: 'ack-1' });
  });
});

describe('leaseExpired', () => {
  it('looks the order up at once when the provider can be asked', () => {
    expect(leaseExpired(given())).toMatchObject({ state: 'checking', code: 'lease_expired', runAtMs: nowMs });
  });

  it('waits until the last possible call must be visible where only the lookup prevents a second order', () => {
    expect(leaseExpired(given({ visibilityDelayMs: 30_000 }))).toMatchObject({ state: 'checking', runAtMs: nowMs + 30_000 });
    expect(leaseExpired(given({ idempotency: 'natural-key', visibilityDelayMs: 30_000 }))).toMatchObject({ state: 'checking', runAtMs: nowMs });
  });

  it('has no next time once the checks are used up', () => {
    expect(leaseExpired(given({ failures: retryDelaysMs.length }))).toMatchObject({ state: 'needs-person', runAtMs: null });
  });

  it('stops for a person when the provider cannot be asked', () => {
    expect(leaseExpired(given({ idempotency: 'none' }))).toMatchObject({ state: 'needs-person', code: 'lease_expired' });
  });
});

const outcomes: fc.Arbitrary<PushOutcome> = fc.oneof(
  fc.record({ kind: fc.constant('accepted' as const), providerRef: fc.string() }),
  fc.record({ kind: fc.constant('duplicate' as const), providerRef: fc.string() }),
  fc.record({ kind: fc.constant('rejected' as const), code: fc.constant('validation'), message: fc.string() }),
  fc.record({ kind: fc.constant('retry' as const), code: fc.constantFrom('unreachable', 'rate_limited', 'provider_error', 'lease_expired_unsent'), message: fc.string(), afterMs: fc.nat(1e6) }),
  fc.record({ kind: fc.constant('unknown' as const), code: fc.constantFrom('timeout', 'awaiting_confirmation'), message: fc.string(), afterMs: fc.nat(1e6) }),
  fc.record({ kind: fc.constant('blocked' as const), code: fc.constantFrom('auth' as const, 'account_disabled' as const), message: fc.string() }),
);
const circumstances = fc.record({
  idempotency: fc.constantFrom('key' as const, 'natural-key' as const, 'lookup' as const, 'none' as const),
  failures: fc.nat(10), random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
}).map((changes) => given(changes));

describe('transition, for every outcome', () => {
  it('sends again only what is certainly not applied, or what will be looked up first', () => {
    fc.assert(fc.property(outcomes, circumstances, (outcome, c) => {
      const { state } = transition(outcome, c);
      if (state === 'retrying') expect(outcome.kind).toBe('retry');
      if (state === 'checking') expect([outcome.kind, c.idempotency === 'none']).toEqual(['unknown', false]);
    }));
  });

  it('has a time for exactly the states that go on by themselves', () => {
    fc.assert(fc.property(outcomes, circumstances, (outcome, c) => {
      const { state, runAtMs } = transition(outcome, c);
      expect(runAtMs !== null).toBe(state === 'retrying' || state === 'checking');
      if (runAtMs !== null) expect(runAtMs).toBeGreaterThanOrEqual(c.nowMs);
    }));
  });

  it('never counts down failures, so that every push ends', () => {
    fc.assert(fc.property(outcomes, circumstances, (outcome, c) => {
      expect(transition(outcome, c).failures).toBeGreaterThanOrEqual(c.failures);
    }));
  });
});
