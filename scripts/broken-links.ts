export interface BrokenLink {
  line: number;
  target: string;
  problem: string;
}

const linkPattern = /\[[^\]]*\]\(([^)\s]+)\)/g;
const codeSpan = /`[^`]*`/g;

/** The anchor that Markdown viewers give a heading: lower case, without punctuation, hyphens for spaces. */
function anchorOf(heading: string): string {
  return heading.replace(/^#+\s+/, '').trim().toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
}

/** The lines of a page with the content of code blocks blanked, so that line numbers stay. */
function linesOutsideCode(text: string): string[] {
  let inCode = false;
  return text.split('\n').map((line) => {
    if (/^\s*```/.test(line)) inCode = !inCode;
    return inCode ? '' : line;
  });
}

function problemOf(target: string, read: (path: string) => string | undefined): string | undefined {
  const [path = '', anchor] = target.split('#');
  const text = read(decodeURI(path));
  if (text === undefined) return 'does not exist';
  if (anchor === undefined || linesOutsideCode(text).some((line) => line.startsWith('#') && anchorOf(line) === anchor)) return undefined;
  return 'has no such heading';
}

/**
 * Links of a page that lead nowhere. `read` gives the text of the file at a path relative to the page, '' for the page itself, the empty
 * text for a folder, and undefined when nothing is there.
 */
export function brokenLinks(text: string, read: (path: string) => string | undefined): BrokenLink[] {
  return linesOutsideCode(text).flatMap((line, index) =>
    [...line.replaceAll(codeSpan, '').matchAll(linkPattern)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const problem = problemOf(target, read);
      return problem === undefined ? [] : [{ line: index + 1, target, problem }];
    }));
}
