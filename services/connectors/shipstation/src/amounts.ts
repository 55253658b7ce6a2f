/** Money in whole cents as bigint, so that adding and splitting lose nothing; numbers appear only in the JSON for ShipStation. */

/** Cents of a decimal string, half a cent away from zero. */
export function toCents(amount: string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const digits = BigInt(whole + fraction.slice(0, 2).padEnd(2, '0'));
  const cents = (fraction[2] ?? '0') >= '5' ? digits + 1n : digits;
  return sign === '-' ? -cents : cents;
}

/** The number whose JSON text is exactly the amount. */
export function toNumber(cents: bigint): number {
  return Number(cents) / 100;
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

/** Splits a total by weight. The shares add up to it exactly, and equal the weights where those add up to it. Without weights the first gets all. */
export function split(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sum(weights);
  if (whole <= 0n || weights.some((weight) => weight < 0n)) return weights.map((_, index) => (index === 0 ? total : 0n));
  let weighed = 0n;
  let given = 0n;
  return weights.map((weight) => {
    weighed += weight;
    const share = (total * weighed) / whole - given;
    given += share;
    return share;
  });
}

/** The price of one, rounded to cents. */
export function divide(cents: bigint, count: bigint): bigint {
  const half = cents < 0n ? -count / 2n : count / 2n;
  return (cents + half) / count;
}
