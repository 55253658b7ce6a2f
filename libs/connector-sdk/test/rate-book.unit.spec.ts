import { describe, expect, it } from '@jest/globals';
import type { Connector } from '../src/connector.ts';
import { createRateBook, type RateBook } from '../src/rate-book.ts';

let nowMs = 1_000_000;
const clock = { now: () => nowMs };
const answer = (status: number, headers: Record<string, string> = {}) => ({ kind: 'answer', status, headers, body: '' }) as const;

const readRate: Connector['readRate'] = ({ headers }) =>
  (headers['left'] === undefined ? undefined : { remaining: Number(headers['left']), resetMs: Number(headers['reset']) });

const left = (book: RateBook, remaining: number | string, resetMs = 10_000): void => book.note('a', answer(200, { left: String(remaining), reset: String(resetMs) }));

describe('rate book', () => {
  it('reports what the provider said, once', () => {
    const book = createRateBook({ readRate }, clock);
    left(book, 12);
    expect(book.take('b')).toBeUndefined();
    expect(book.take('a')).toEqual({ remaining: 12, resetMs: 10_000 });
    expect(book.take('a')).toBeUndefined();
  });

  it('counts the time until the window ends down, and forgets a window that is over', () => {
    const book = createRateBook({ readRate }, clock);
    left(book, 12);
    nowMs += 4_000;
    expect(book.take('a')).toEqual({ remaining: 12, resetMs: 6_000 });
    left(book, 11, 6_000);
    nowMs += 6_000;
    expect(book.take('a')).toBeUndefined();
  });

  it('keeps the smaller number of one window, and the later number of the next', () => {
    const book = createRateBook({ readRate }, clock);
    left(book, 7);
    left(book, 9, 10_900);
    expect(book.take('a')).toMatchObject({ remaining: 7 });
    left(book, 7);
    left(book, 40, 60_000);
    expect(book.take('a')).toEqual({ remaining: 40, resetMs: 60_000 });
  });

  it('takes a 429 as nothing left, until Retry-After or for a minute', () => {
    const book = createRateBook({}, clock);
    book.note('a', answer(429, { 'retry-after': '17' }));
    expect(book.take('a')).toEqual({ remaining: 0, resetMs: 17_000 });
    book.note('a', answer(429));
    expect(book.take('a')).toEqual({ remaining: 0, resetMs: 60_000 });
  });

  it('waits at most an hour', () => {
    const book = createRateBook({}, clock);
    book.note('a', answer(429, { 'retry-after': '999999' }));
    expect(book.take('a')).toEqual({ remaining: 0, resetMs: 3_600_000 });
  });

  it('learns nothing from other answers, failures and nonsense', () => {
    const book = createRateBook({ readRate }, clock);
    book.note('a', answer(200));
    book.note('a', { kind: 'maybe-sent', code: 'timeout', message: '' });
    left(book, 'many');
    expect(book.take('a')).toBeUndefined();
  });

  it('yields whole numbers that are not negative', () => {
    const book = createRateBook({ readRate }, clock);
    left(book, -3, 99.5);
    expect(book.take('a')).toEqual({ remaining: 0, resetMs: 100 });
  });
});
