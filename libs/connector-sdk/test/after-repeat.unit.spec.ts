import { describe, expect, it } from '@jest/globals';
import type { PushOutcome } from '@pes/contracts';
import { afterRepeat } from '../src/settle-lookup.ts';

const item = { mode: 'send' as const, claimedAt: '2026-03-01T10:00:00.000Z', firstSentAt: null, leaseUntil: '2026-03-01T10:01:00.000Z' };
const notSent: PushOutcome = { kind: 'retry', code: 'unreachable', message: 'Nobody answers.', afterMs: 700 };
const notLetIn: PushOutcome = { kind: 'blocked', code: 'auth', message: 'Wrong key.' };

describe('a redelivered order that is sent again without a look', () => {
  it.each([['not sent', notSent, 'unreachable'], ['not let in', notLetIn, 'auth']] as const)('stays unknown when this time it was %s', (_what, outcome, code) => {
    expect(afterRepeat(outcome, { item, repeated: true }, 'send')).toMatchObject({ kind: 'unknown', code, message: expect.stringContaining('An earlier attempt may have sent the order.') });
  });

  it('keeps the time to wait', () => {
    expect(afterRepeat(notSent, { item, repeated: true }, 'send')).toMatchObject({ afterMs: 700 });
  });

  it.each<PushOutcome>([{ kind: 'accepted', providerRef: 'P-1' }, { kind: 'duplicate', providerRef: 'P-1' }, { kind: 'rejected', code: 'validation', message: 'No street.' }])(
    'is $kind when the provider says so', (outcome) => {
      expect(afterRepeat(outcome, { item, repeated: true }, 'send')).toBe(outcome);
    },
  );

  it('says nothing of a first delivery, of a looked-up order, and of one that dispatch knows to be unclear', () => {
    expect(afterRepeat(notSent, { item, repeated: false }, 'send')).toBe(notSent);
    expect(afterRepeat(notSent, { item, repeated: true }, 'look-up')).toBe(notSent);
    expect(afterRepeat(notLetIn, { item: { ...item, mode: 'check-then-send' }, repeated: true }, 'send')).toBe(notLetIn);
  });
});
