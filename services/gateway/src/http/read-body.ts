import type { IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '@pes/kernel';
import type { Trouble } from './problem.ts';

function tooLarge(maxBytes: number): Trouble {
  return { code: 'too_large', detail: `the body may have at most ${maxBytes} bytes` };
}

/** Reads the whole body, up to the cap. The connection may break: then it rejects. */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Result<Buffer, Trouble>> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return fail({ code: 'unsupported_media_type', detail: 'send the body without content-encoding' });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroyed, the request would take the connection with it that its answer needs.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) return fail(tooLarge(maxBytes));
    chunks.push(part);
  }
  return ok(Buffer.concat(chunks, size));
}

/** type/subtype in lower case; undefined when there is none. */
export function mediaType(request: IncomingMessage): string | undefined {
  return request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

const maxDepth = 32;
const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !unstorable.test(text);
}

/**
 * What no schema here can say: too deep to write out again, or text that cannot be stored. Names where. Walks without recursion, because
 * depth is what it looks for.
 */
function structureProblem(value: unknown): string | undefined {
  const open: Array<{ part: unknown; depth: number; path: string }> = [{ part: value, depth: 0, path: 'body' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, depth, path } = next;
    if (typeof part === 'string' && !isStorableText(part)) return `${path} holds a NUL or half of a surrogate pair: remove it`;
    if (typeof part !== 'object' || part === null) continue;
    if (depth === maxDepth) return `body is nested deeper than ${maxDepth} levels`;
    for (const [key, member] of Object.entries(part)) {
      if (!isStorableText(key)) return `${path} has a member whose name holds a NUL or half of a surrogate pair: remove it`;
      if (key === '__proto__') return `${path} has a member called __proto__: rename it`;
      open.push({ part: member, depth: depth + 1, path: Array.isArray(part) || key.length <= 60 ? `${path}.${key}` : path });
    }
  }
  return undefined;
}

/** Parser messages quote the body, which may hold credentials, so they are not passed on. */
export function parseJsonBody(bytes: Buffer): Result<unknown, Trouble> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail({ code: 'bad_json', detail: 'the body is not JSON in UTF-8' });
  }
  const problem = structureProblem(value);
  return problem === undefined ? ok(value) : fail({ code: 'invalid', detail: problem, errors: [problem] });
}
