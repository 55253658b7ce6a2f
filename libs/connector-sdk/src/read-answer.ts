import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from './http-client.ts';

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

/** As the content type says; UTF-8 when it says nothing or something unknown. A byte order mark is no part of the text. */
function decode(bytes: Buffer, contentType: string | undefined): string {
  const charset = contentType === undefined ? undefined : /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      // An unknown charset name: most such answers are ASCII.
    }
  }
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

export function toAnswer(status: number, rawHeaders: IncomingHttpHeaders, chunks: readonly Buffer[]): HttpAnswer {
  const headers = joinHeaders(rawHeaders);
  const only = chunks.length === 1 ? chunks[0] : undefined;
  return { kind: 'answer', status, headers, body: decode(only ?? Buffer.concat(chunks), headers['content-type']) };
}
