import { describe, expect, it } from '@jest/globals';
import { absentAfter } from '../src/confirmation.ts';

const nowMs = Date.parse('2026-02-03T10:00:00Z');
const minute = 60_000;

/** An id as MongoDB makes it: eight hex digits of seconds, then noise. */
const idMadeAt = (ms: number): string => `${Math.floor(ms / 1000).toString(16)}00aa00bb00cc00dd`;
const absent = (ageMs: number | null, providerRef: string | null = null) =>
  absentAfter({ firstSentAtMs: ageMs === null ? null : nowMs - ageMs, providerRef }, 'HB-9', nowMs);

describe('an order that Site Flow does not show', () => {
  it('was never sent when there was no earlier attempt', () => {
    expect(absent(null)).toEqual({ kind: 'absent' });
  });

  it.each([
    [0, 10_000], [-5_000, 10_000], [9_900, 1_000], [10_000, 20_000], [31_000, 29_000], [minute, minute], [3 * minute, 2 * minute], [5 * minute, 5 * minute], [10 * minute, 5 * minute],
    [15 * minute - 1, 1_000],
  ])('is asked for again at the next point of the schedule: age %d ms, in %d ms', (ageMs, afterMs) => {
    expect(absent(ageMs)).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation', afterMs });
    expect(absent(ageMs, 'ack-1')).toMatchObject({ kind: 'unclear', code: 'awaiting_confirmation', afterMs });
  });

  it('after 15 minutes is lost when it was acknowledged, and says where to look', () => {
    expect(absent(15 * minute, 'ack-1')).toMatchObject({ kind: 'rejected', code: 'submission_lost', message: expect.stringContaining('submission errors page') });
  });

  it('after 15 minutes never arrived when nothing was acknowledged', () => {
    expect(absent(15 * minute)).toEqual({ kind: 'absent' });
  });

  it('counts from the acknowledgement when earlier attempts failed before it', () => {
    expect(absent(2 * 60 * minute, idMadeAt(nowMs - 12_000))).toMatchObject({ kind: 'unclear', afterMs: 18_000 });
    expect(absent(2 * 60 * minute, idMadeAt(nowMs - 16 * minute))).toMatchObject({ kind: 'rejected', code: 'submission_lost' });
  });

  it.each([
    ['dated long before the first attempt', idMadeAt(nowMs - 500 * 24 * 60 * minute)],
    ['dated in the future', idMadeAt(nowMs + 30 * minute)],
    ['of another kind', 'SUB-000123'],
  ])('ignores an id %s', (_name, providerRef) => {
    expect(absent(16 * minute, providerRef)).toMatchObject({ kind: 'rejected', code: 'submission_lost' });
  });
});
