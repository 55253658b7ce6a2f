import { describe, expect, it } from '@jest/globals';
import { schemas } from '@pes/contracts';
import fc from 'fast-check';
import { checkParams } from '../src/check-params.ts';
import { camelKeys } from '../src/domain/camel-keys.ts';
import { checkMessage } from '../src/domain/check-message.ts';
import { summarise, type LetterGroup } from '../src/domain/dry-run.ts';
import { createPace } from '../src/domain/pace.ts';
import { outcomeOf, tooManyErrors } from '../src/domain/replay.ts';
import { subjectParts } from '../src/domain/subject-parts.ts';
import { letterFilter } from '../src/param-schemas.ts';
import { ids } from './fixtures.ts';

describe('the pace of a replay', () => {
  it('never lets more through than the velocity since it began, whatever the rhythm of the worker', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 }), (perSecond, gaps) => {
      const pace = createPace(perSecond);
      let nowMs = 1_000;
      let sent = 0;
      for (const gapMs of [0, ...gaps]) {
        nowMs += gapMs;
        const room = pace.room('a', nowMs);
        pace.spend('a', room);
        sent += room;
      }
      expect(sent).toBeLessThanOrEqual(((nowMs - 1_000) / 1000) * perSecond + 1e-6);
    }));
  });

  it('makes no burst after a pause of the worker', () => {
    const pace = createPace(100);
    pace.room('a', 0);
    expect(pace.room('a', 60_000)).toBe(50);
  });

  it('reaches the velocity when the worker is regular, and keeps lanes apart', () => {
    const pace = createPace(7);
    let sent = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) {
      const room = pace.room('a', nowMs);
      pace.spend('a', room);
      sent += room;
    }
    expect(sent).toBe(70);
    pace.room('b', 10_000);
    expect(pace.room('b', 20_000)).toBe(3);
  });
});

describe('too many errors', () => {
  it.each([
    [{ settled: 19, failed: 19 }, 50, false], [{ settled: 20, failed: 10 }, 50, false], [{ settled: 20, failed: 11 }, 50, true],
    [{ settled: 50, failed: 1 }, 0, true], [{ settled: 50, failed: 50 }, 100, false],
  ])('%j with at most %d percent: %s', (window, percent, expected) => {
    expect(tooManyErrors(window, percent)).toBe(expected);
  });
});

describe('outcomes', () => {
  it('count a push that is tried later as failed until it is sent', () => {
    expect((['queued', 'sending', 'sent', 'retrying', 'checking', 'dead', 'dismissed'] as const).map((state) => outcomeOf[state])).toEqual(['taken', 'taken', 'succeeded', 'failed', 'failed', 'failed', 'skipped']);
  });
});

describe('a dry run', () => {
  it('adds up for any groups', () => {
    const group: fc.Arbitrary<LetterGroup> = fc.record({
      kind: fc.constantFrom('push', 'message'), provider: fc.constantFrom('a', 'b', null), accountId: fc.constantFrom('x', 'y', null), code: fc.constantFrom('auth', 'poison'),
      duplicateRisk: fc.constantFrom('none', 'looked-up', 'unknown', null), count: fc.integer({ min: 1, max: 1000 }),
    });
    const sum = (parts: ReadonlyArray<{ count: number }>): number => parts.reduce((total, { count }) => total + count, 0);
    fc.assert(fc.property(fc.array(group), fc.boolean(), (groups, include) => {
      const run = summarise(groups, include);
      for (const parts of [run.byProvider, run.byAccount, run.byCode]) expect(sum(parts)).toBe(run.total);
      expect(run.byKind.push + run.byKind.message).toBe(run.total);
      expect(run.willReplay + run.skippedForRisk).toBe(run.total);
      expect(run.skippedForRisk).toBe(include ? 0 : run.duplicateRisk.unknown);
    }));
  });
});

describe('the parts of a subject', () => {
  it.each([
    [`pressero.order.placed.${ids.subscriber}`, { subscriberId: ids.subscriber }],
    [`registry.activation.${ids.subscriber}.${ids.site}.${ids.east}`, { subscriberId: ids.subscriber, siteId: ids.site, accountId: ids.east }],
    [`outcome.push.acme-press.${ids.east}`, { provider: 'acme-press', accountId: ids.east }],
    ['connector.manifest.acme-press', { provider: 'acme-press' }],
    ['work.push.acme-press.not-an-id', { provider: 'acme-press' }],
    ['pressero.order.placed.somebody', {}],
  ])('%s', (subject, expected) => {
    expect(subjectParts(subject)).toEqual({ subscriberId: null, provider: null, accountId: null, siteId: null, ...expected });
  });
});

describe('the check of an edited message', () => {
  it('takes every example of the contracts on its own subject', () => {
    const subjectsOf = {
      'pressero-order-event': 'pressero.order.placed.x', 'registry-account': 'registry.account.x.y', 'order-decided': 'order.decided.x', 'push-work': 'work.push.acme.y',
      'push-outcome': 'outcome.push.acme.y', 'push-changed': 'integration.push.changed.x', 'push-command': 'command.push.x', 'account-command': 'command.account.x',
      'dead-push': 'dead.push-dispatch.push.acme.y', 'dead-letter': 'dead.eligibility-orders.pressero.order.placed.x', 'connector-manifest': 'connector.manifest.acme',
    } as const;
    for (const [name, subject] of Object.entries(subjectsOf)) {
      const example = schemas.get(name as keyof typeof subjectsOf)?.examples?.[0];
      expect([name, checkMessage(subject, JSON.stringify(example)).ok]).toEqual([name, true]);
      expect([name, checkMessage(subject, '{"nothing": true}').ok]).toEqual([name, false]);
    }
  });
});

describe('parameters', () => {
  it('are checked with every complaint at once, named by path', () => {
    const check = checkParams({ filter: letterFilter, count: { type: 'integer', minimum: 1, default: 5 }, who: { type: 'string' } }, ['filter', 'who']);
    expect(check({ filter: { kind: 'x', ids: ['zz'] }, count: '1' })).toEqual({
      ok: false,
      error: expect.arrayContaining(['who is missing', 'filter.kind must be one of push, message', expect.stringMatching(/^filter\.ids\.0 must match/), 'count must be a whole number']),
    });
    expect(check(null)).toEqual({ ok: false, error: ['the request must be an object'] });
    expect(check({ filter: {}, who: 'kim', whom: 1 })).toEqual({ ok: false, error: ['whom is not known; known are filter, count, who'] });
  });
});

describe('rows of push-dispatch', () => {
  it('are renamed', () => {
    expect(camelKeys({ push_id: 1, first_sent_at: null, by_state: { needs_no: 1 } })).toEqual({ pushId: 1, firstSentAt: null, byState: { needs_no: 1 } });
  });
});
