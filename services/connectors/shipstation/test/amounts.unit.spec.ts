import { describe, expect, it } from '@jest/globals';
import { divide, split, sum, toCents, toNumber } from '../src/amounts.ts';

describe('amounts', () => {
  it.each([
    ['0', 0n], ['49.9', 4990n], ['0.07', 7n], ['1.005', 101n], ['1.0049', 100n], ['-2.345', -235n], ['-0.004', 0n], ['999999999999.99', 99_999_999_999_999n],
  ])('%s is %s cents', (text, cents) => {
    expect(toCents(text)).toBe(cents);
  });

  it('becomes a number whose JSON is the amount, for every cent up to 200.00 and for large ones', () => {
    for (let cents = 0n; cents <= 20_000n; cents += 1n) {
      expect(JSON.stringify(toNumber(cents))).toBe(String(Number(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`)));
    }
    expect(JSON.stringify(toNumber(99_999_999_999_999n))).toBe('999999999999.99');
  });

  it.each([
    [100n, [1n, 1n, 1n], [33n, 33n, 34n]],
    [750n, [225n, 525n], [225n, 525n]],
    [1n, [5n, 5n], [0n, 1n]],
    [90n, [0n, 0n], [90n, 0n]],
    [0n, [3n, 4n], [0n, 0n]],
    [90n, [-5n, 10n], [90n, 0n]],
  ])('splits %s by %j into %j', (total, weights, shares) => {
    expect(split(total, weights)).toEqual(shares);
    expect(sum(split(total, weights))).toBe(total);
  });

  it.each([[4995n, 250n, 20n], [-500n, 3n, -167n], [1n, 2n, 1n], [9000n, 4n, 2250n]])('%s cents over %s is %s each', (cents, count, each) => {
    expect(divide(cents, count)).toBe(each);
  });
});
