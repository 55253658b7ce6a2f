/** One column of a table for people. */
export interface Column<T> {
  title: string;
  value(row: T): string | number | null | undefined;
  /** Numbers stand right. */
  right?: boolean;
  /** Shortened when the table is wider than the terminal; without one, lines get longer. */
  flexible?: boolean;
}

const gap = '  ';
const minFlexible = 8;

const lengthOf = (text: string): number => [...text].length;

function shorten(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Widths that fit: the widest flexible column gives first. */
function fit(natural: readonly number[], flexible: readonly boolean[], available: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  while (total() > available) {
    const widest = Math.max(...widths.filter((width, index) => flexible[index] === true && width > minFlexible));
    const index = widths.findIndex((width, at) => flexible[at] === true && width === widest);
    if (index === -1) break;
    widths[index] = widest - 1;
  }
  return widths;
}

/** Aligned columns with a heading, one line a row, no line ends with blanks. `columns` of the terminal: undefined shortens nothing. */
export function renderTable<T>(layout: ReadonlyArray<Column<T>>, rows: readonly T[], columns?: number): string {
  const cells = rows.map((row) => layout.map(({ value }) => String(value(row) ?? '-').replace(/\s+/g, ' ')));
  const lines = [layout.map(({ title }) => title), ...cells];
  const natural = layout.map((_column, index) => Math.max(...lines.map((line) => lengthOf(line[index] ?? ''))));
  const widths = fit(natural, layout.map(({ flexible }) => flexible === true), columns ?? Infinity);
  return lines.map((line) => line.map((cell, index) => {
    const width = widths[index] ?? 0;
    const text = shorten(cell, width);
    const blanks = ' '.repeat(width - lengthOf(text));
    return layout[index]?.right === true ? blanks + text : text + blanks;
  }).join(gap).trimEnd()).map((line) => `${line}\n`).join('');
}

/** Names and values below one another; what has no value is left out. */
export function renderFields(fields: ReadonlyArray<readonly [string, string | number | boolean | null | undefined]>): string {
  const present = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(...present.map(([name]) => lengthOf(name)));
  return present.map(([name, value]) => `${name.padEnd(width)}${gap}${String(value).replaceAll('\n', `\n${' '.repeat(width)}${gap}`)}\n`).join('');
}
