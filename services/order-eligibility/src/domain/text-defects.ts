/**
 * JSON that parses and fits its schema can still break PostgreSQL: the NUL character and half a surrogate pair cannot be stored as text,
 * and deep nesting overruns the stack of its JSON parser. Each check first looks for a trace of the defect in the raw text, which costs
 * nothing next to parsing, and walks the value only when there is one.
 */

/** Deeper than any order needs, far below the thousands of levels that PostgreSQL refuses. */
const maxDepth = 100;

type Defect = 'nul' | 'lone-surrogate';

function defectOf(text: string, wanted: Defect): boolean {
  return wanted === 'nul' ? text.includes('\0') : !text.isWellFormed();
}

/** JSON pointer of the first text, or member name, with the defect. `path` is where the value sits. */
function locate(value: unknown, wanted: Defect, path: string): string | undefined {
  if (typeof value === 'string') return defectOf(value, wanted) ? path : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (defectOf(name, wanted)) return `${path}/${JSON.stringify(name)}`;
    const found = locate(member, wanted, `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where the NUL character is, as a JSON pointer. `\u0000` after an escaped backslash is plain text and fine. */
export function locateNul(json: string, value: unknown): string | undefined {
  return json.includes(String.raw`\u0000`) ? locate(value, 'nul', '') : undefined;
}

const surrogateEscape = /\\u[dD][89a-fA-F]/;

/** Where half a character is: a surrogate escape without its partner. */
export function locateLoneSurrogate(json: string, value: unknown): string | undefined {
  return surrogateEscape.test(json) ? locate(value, 'lone-surrogate', '') : undefined;
}

const quote = 0x22, backslash = 0x5c, openBracket = 0x5b, closeBracket = 0x5d, openBrace = 0x7b, closeBrace = 0x7d;

// Each level takes two characters, so a shorter text cannot reach a depth that hurts; and a scan costs as much as half a parse.
const harmlessLength = 8_192;

/** True when long valid JSON nests deeper than `maxDepth`. Must run before any recursive walk of the value. */
export function nestsTooDeep(json: string): boolean {
  if (json.length < harmlessLength) return false;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (inText) {
      if (code === backslash) index += 1;
      else if (code === quote) inText = false;
    } else if (code === quote) inText = true;
    else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === closeBracket || code === closeBrace) depth -= 1;
  }
  return false;
}
