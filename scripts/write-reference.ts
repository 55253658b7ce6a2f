/**
 * Writes docs/reference/events.md and failure-codes.md from libs/contracts. With --check it writes nothing and exits 1 when a page is not
 * what the contracts say, so that a schema cannot change without its page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { eventsPage } from './reference/events-page.ts';
import { failureCodesPage } from './reference/failure-codes-page.ts';

const folder = new URL('../docs/reference/', import.meta.url);
const pages = { 'events.md': eventsPage, 'failure-codes.md': failureCodesPage };

function stored(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch {
    return undefined;
  }
}

for (const [name, write] of Object.entries(pages)) {
  const text = write();
  if (!process.argv.includes('--check')) {
    writeFileSync(new URL(name, folder), text);
  } else if (stored(name) !== text) {
    console.error(`docs/reference/${name} is not what libs/contracts says. Run: node scripts/write-reference.ts`);
    process.exitCode = 1;
  }
}
