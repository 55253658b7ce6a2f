/** Exits 1 when a link of a page leads to a file or a heading that is not there. Links to other hosts are not followed. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brokenLinks } from './broken-links.ts';

const root = join(import.meta.dirname, '..');
const paths = globSync('**/*.md', { cwd: root, exclude: (name) => name === 'node_modules' || name === '.data' || name.endsWith('/node_modules') });

function read(path: string): string | undefined {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return undefined;
  return statSync(absolute).isDirectory() ? '' : readFileSync(absolute, 'utf8');
}

for (const path of paths) {
  const resolve = (target: string): string => relative(root, join(root, dirname(path), target));
  for (const { line, target, problem } of brokenLinks(read(path) ?? '', (link) => read(link === '' ? path : resolve(link)))) {
    console.error(`${path}:${line}: ${target} ${problem}`);
    process.exitCode = 1;
  }
}
