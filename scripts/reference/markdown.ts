/** A Markdown table. Bars in a cell would end it, so they are escaped. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A folded block of JSON. */
export function foldedJson(title: string, value: unknown): string {
  return `<details><summary>${title}</summary>\n\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n\n</details>`;
}

/** Pages are made of blocks with an empty line between them. */
export function page(blocks: string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

export const generatedNote = '<!-- Generated from libs/contracts by scripts/write-reference.ts. Do not edit. -->';
