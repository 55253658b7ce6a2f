import { describe, expect, it } from '@jest/globals';
import { renderFields, renderTable, type Column } from '../src/output/table.ts';
import { age, plural } from '../src/output/text.ts';
import { letterColumns, type Letter } from '../src/commands/dlq-read.ts';

interface Row { name: string; count: number | null; note: string }
const columns: Array<Column<Row>> = [
  { title: 'NAME', value: ({ name }) => name }, { title: 'COUNT', value: ({ count }) => count, right: true }, { title: 'NOTE', value: ({ note }) => note, flexible: true },
];

describe('a table', () => {
  it('aligns columns, numbers right, shows nothing as a dash and ends no line with blanks', () => {
    expect(renderTable(columns, [{ name: 'ab', count: 7, note: 'x' }, { name: 'abcdef', count: null, note: '' }])).toBe(
      'NAME    COUNT  NOTE\nab          7  x\nabcdef      -\n',
    );
  });

  it('shortens only flexible columns, the widest first, to what the terminal has', () => {
    const text = renderTable(columns, [{ name: 'n'.repeat(20), count: 1, note: 'a long note that does not fit' }], 45);
    const [heading, line] = text.split('\n');
    expect(line).toBe(`${'n'.repeat(20)}      1  a long note tha…`);
    expect([line!.length, heading!.length <= 45]).toEqual([45, true]);
  });

  it('shortens nothing when the output is no terminal, and never below what says something', () => {
    const row = { name: 'n'.repeat(200), count: 1, note: 'x'.repeat(300) };
    expect(renderTable(columns, [row])).toContain(row.note);
    expect(renderTable(columns, [row], 20)).toContain(`${'x'.repeat(7)}…`);
  });

  it('keeps a row on one line whatever is in it, and counts characters, not bytes', () => {
    expect(renderTable(columns, [{ name: 'é\n😀\t', count: 1, note: 'z' }])).toBe('NAME  COUNT  NOTE\né 😀       1  z\n');
  });

  it('of dead letters fits into 80 columns', () => {
    const letter: Letter = {
      id: '0190c0de-0000-7000-8000-0123456789ab', kind: 'message', status: 'discarded', statusNote: null, provider: 'hp-printos-box', accountId: null, pushId: null, orderNumber: 12_345_678,
      reference: null, code: 'order_date_implausible', message: 'm', errors: [], consumer: 'c', subject: 'pressero.order.placed.0190c0de-0000-7000-8000-000000000002', attempts: 1,
      firstAt: '2026-05-01T00:00:00.000Z', lastAt: '2026-05-01T00:00:00.000Z', duplicateRisk: null,
    };
    const lines = renderTable(letterColumns(Date.parse('2026-05-31T00:00:00.000Z')), [letter], 80).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[1]).toContain('0123456789ab');
  });
});

describe('fields', () => {
  it('stand below one another, without those that have no value, long ones indented', () => {
    expect(renderFields([['a', 1], ['gone', null], ['longer', 'x\ny'], ['none', '']])).toBe('a       1\nlonger  x\n        y\n');
  });
});

describe('an age', () => {
  it.each([[0, '0s'], [59_999, '59s'], [60_000, '1m'], [3_599_999, '59m'], [3_600_000, '1h'], [172_799_999, '47h'], [172_800_000, '2d'], [-5_000, '0s']])('of %d ms is %s', (ageMs, text) => {
    expect(age(new Date(1_000_000_000_000 - ageMs).toISOString(), 1_000_000_000_000)).toBe(text);
  });
  it('of nothing is a dash', () => {
    expect(age(null, 0)).toBe('-');
    expect([plural(1, 'push', 'pushes'), plural(2, 'push', 'pushes'), plural(0, 'job')]).toEqual(['1 push', '2 pushes', '0 jobs']);
  });
});
