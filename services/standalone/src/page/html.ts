/** HTML that is safe as it is. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

const replacements: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Template tag: everything put in is escaped, except HTML that this tag made. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: fixed.map((text, index) => (index === 0 ? '' : textOf(parts[index - 1] ?? '')) + text).join('') };
}

function textOf(part: Part): string {
  if (typeof part === 'object') return 'html' in part ? part.html : part.map((inner) => inner.html).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => replacements[character] ?? character);
}
