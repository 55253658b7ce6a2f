/** Decimal string with two digits, for whole cents. */
export function fromCents(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Whole cents of a decimal string that `fromCents` made. */
export function toCents(amount: string): number {
  return Math.round(Number(amount) * 100);
}
