import { gunzipSync } from 'node:zlib';
import type { DeadLetter } from '@pes/contracts';

/** The message as it was before it went to DEAD. Throws when the stored text is not what `encoding` says. */
export function decodeBody(body: string, encoding: DeadLetter['encoding']): Buffer {
  const bytes = Buffer.from(body, 'base64');
  return encoding === 'base64' ? bytes : gunzipSync(bytes);
}

/** Indented, so that people and a line diff can read it; text that is not JSON stays as it is. */
export function prettyText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
