import { describe, expect, it } from '@jest/globals';
import { dayAsPacific, fromPacific, toPacific } from '../src/pacific-time.ts';

describe('UTC to Pacific time', () => {
  it.each([
    ['winter is eight hours behind', '2026-02-11T19:45:12.345Z', '2026-02-11T11:45:12.3450000'],
    ['summer is seven hours behind', '2026-07-04T05:00:00Z', '2026-07-03T22:00:00.0000000'],
    ['last second before the change of March 2026', '2026-03-08T09:59:59.999Z', '2026-03-08T01:59:59.9990000'],
    ['first second after it', '2026-03-08T10:00:00.000Z', '2026-03-08T03:00:00.0000000'],
    ['first pass of the hour that November 2026 repeats', '2026-11-01T08:30:00.000Z', '2026-11-01T01:30:00.0000000'],
    ['second pass of it', '2026-11-01T09:30:00.000Z', '2026-11-01T01:30:00.0000000'],
    ['last second of summer time', '2026-11-01T08:59:59.000Z', '2026-11-01T01:59:59.0000000'],
    ['first second of winter time', '2026-11-01T09:00:00.000Z', '2026-11-01T01:00:00.0000000'],
    ['leap day that is already over in UTC', '2028-03-01T07:59:59.000Z', '2028-02-29T23:59:59.0000000'],
    ['turn of the year', '2027-01-01T07:59:59.5Z', '2026-12-31T23:59:59.5000000'],
  ])('%s', (_name, utc, pacific) => {
    expect(toPacific(utc)).toBe(pacific);
  });

  it.each(['', 'soon', '2026-13-01T00:00:00Z', '2026-01-01T99:00:00Z', '1799-01-01T00:00:00Z'])('gives undefined for %j', (text) => {
    expect(toPacific(text)).toBeUndefined();
  });

  it('gives the same whatever was asked before, for every half hour of both days of change', () => {
    for (const day of [Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1)]) {
      const times = Array.from({ length: 96 }, (_, index) => new Date(day - 12 * 3_600_000 + index * 1_800_000).toISOString());
      const forward = times.map(toPacific);
      const backward = [...times].reverse().map(toPacific).reverse();
      expect(backward).toEqual(forward);
    }
  });

  it('leaves a calendar day alone', () => {
    expect(dayAsPacific('2026-03-08')).toBe('2026-03-08T00:00:00.0000000');
  });
});

describe('Pacific time to UTC', () => {
  const at = (iso: string): number => Date.parse(iso);

  it.each([
    ['no fraction', '2026-02-11T11:45:12', '2026-02-11T19:45:12.000Z'],
    ['1 digit', '2026-02-11T11:45:12.3', '2026-02-11T19:45:12.300Z'],
    ['2 digits', '2026-02-11T11:45:12.34', '2026-02-11T19:45:12.340Z'],
    ['3 digits', '2026-02-11T11:45:12.345', '2026-02-11T19:45:12.345Z'],
    ['4 digits', '2026-02-11T11:45:12.3456', '2026-02-11T19:45:12.345Z'],
    ['5 digits', '2026-02-11T11:45:12.34567', '2026-02-11T19:45:12.345Z'],
    ['6 digits', '2026-02-11T11:45:12.345678', '2026-02-11T19:45:12.345Z'],
    ['7 digits', '2026-02-11T11:45:12.3456789', '2026-02-11T19:45:12.345Z'],
    ['a plain day in summer', '2026-08-20', '2026-08-20T07:00:00.000Z'],
    ['a leap day', '2028-02-29T12:00:00', '2028-02-29T20:00:00.000Z'],
    ['last second before the gap in March', '2026-03-08T01:59:59', '2026-03-08T09:59:59.000Z'],
    ['an hour that March leaves out counts as one later', '2026-03-08T02:30:00', '2026-03-08T10:30:00.000Z'],
    ['first second after the gap', '2026-03-08T03:00:00', '2026-03-08T10:00:00.000Z'],
    ['the repeated hour in November counts as its first pass', '2026-11-01T01:30:00', '2026-11-01T08:30:00.000Z'],
    ['after the repeated hour', '2026-11-01T02:00:00', '2026-11-01T10:00:00.000Z'],
  ])('%s', (_name, pacific, utc) => {
    expect(fromPacific(pacific)).toBe(at(utc));
  });

  it.each(['', '2026-02-29T00:00:00', '2026-02-11T24:00:00', '2026-02-11T11:45:12.12345678', '2026-02-11T11:45:12Z', '2026-02-11T11:45:12-08:00', '02/11/2026'])(
    'gives undefined for %j',
    (text) => {
      expect(fromPacific(text)).toBeUndefined();
    },
  );

  it('gives back every time but the second pass of the repeated hour, over the whole of 2026', () => {
    const repeated = [at('2026-11-01T09:00:00Z'), at('2026-11-01T10:00:00Z')] as const;
    let different = 0;
    for (let ms = at('2026-01-01T00:00:00Z'); ms < at('2027-01-01T00:00:00Z'); ms += 900_000) {
      const back = fromPacific(toPacific(new Date(ms).toISOString()) ?? '');
      if (back === ms) continue;
      expect(ms >= repeated[0] && ms < repeated[1]).toBe(true);
      different += 1;
    }
    expect(different).toBe(4);
  });
});
