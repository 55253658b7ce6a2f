import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
  /** Value of the option signed-by; absent when the source trusts the machine's whole keyring. */
  signedBy?: string;
}

/** The package sources in a folder like /etc/apt, of both formats (man page sources.list(5)). Sources that are switched off are left out. */
export async function readAptSources(aptFolder: string): Promise<AptSource[]> {
  const parts = join(aptFolder, 'sources.list.d');
  const names = (await readdir(parts).catch((): string[] => [])).sort();
  const files = [join(aptFolder, 'sources.list'), ...names.map((name) => join(parts, name))];
  const found = await Promise.all(files.map(async (file) => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return file.endsWith('.sources') ? parseStanzas(text) : file.endsWith('.list') ? parseLines(text) : [];
  }));
  return found.flat();
}

/** deb [option=value ...] uri suite component... */
function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suites: [suite], components: words(components), ...(signedBy === undefined ? {} : { signedBy }) }];
  });
}

/** Paragraphs of "Field: value", where a line that begins with a space continues the one before it. */
function parseStanzas(text: string): AptSource[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const line of stanza.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
      const separator = line.indexOf(':');
      if (separator > 0) fields.set(line.slice(0, separator).toLowerCase(), line.slice(separator + 1).trim());
    }
    const field = (name: string): string => fields.get(name) ?? '';
    if (!words(field('types')).includes('deb') || field('enabled').toLowerCase() === 'no') return [];
    // A key may also stand in the field itself; without its line structure it is of no use here.
    const signedBy = field('signed-by').startsWith('/') ? { signedBy: field('signed-by') } : {};
    return words(field('uris')).map((uri) => ({ uri, suites: words(field('suites')), components: words(field('components')), ...signedBy }));
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
