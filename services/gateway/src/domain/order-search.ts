/** What a search text looks for: digits are the beginning of an order number, anything else the beginning of a reference. */
export type TextSearch =
  | { kind: 'number'; /** From, before. */ ranges: ReadonlyArray<readonly [number, number]> }
  | { kind: 'reference'; low: string; high: string };

const lastCharacter = '\u{10ffff}';

/** Every number that begins with the digits lies in one of these ranges: the number itself, ten of the next length, and so on. */
function rangesOf(first: number): Array<[number, number]> {
  const ranges: Array<[number, number]> = [];
  for (let power = 1; first * power <= Number.MAX_SAFE_INTEGER; power *= 10) ranges.push([first * power, Math.min((first + 1) * power, Number.MAX_SAFE_INTEGER)]);
  return ranges;
}

/** References are compared in upper case, as people type them in either. */
export function textSearch(text: string): TextSearch {
  const trimmed = text.trim();
  if (/^[1-9]\d{0,15}$/.test(trimmed)) return { kind: 'number', ranges: rangesOf(Number(trimmed)) };
  const low = trimmed.toUpperCase();
  return { kind: 'reference', low, high: `${low}${lastCharacter}` };
}
