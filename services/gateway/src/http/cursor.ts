import { ok } from '@pes/kernel';
import { refuse, type Answer } from '../domain/refusal.ts';
import { isStorableText } from './read-body.ts';

/** Where a page ends, as an opaque text. It is no secret and no permission: the query it goes into is bound to the subscriber. */
function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

type PartCheck = (text: string) => boolean;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a position may consist of. A forged one must not reach the database as something that it cannot read. */
export const cursorParts = {
  uuid: (text: string) => uuid.test(text),
  text: (text: string) => text.length <= 300 && isStorableText(text),
  /** As Date.toISOString writes it. */
  time: (text: string) => /^(19|20)/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
} as const satisfies Record<string, PartCheck>;

/** The position, each part of which must fit its check. */
export function decodeCursor(cursor: string | undefined, parts: readonly PartCheck[]): Answer<{ position: string[] | undefined }> {
  if (cursor === undefined) return ok({ position: undefined });
  const position = parse(cursor);
  const fits = position !== undefined && position.length === parts.length && parts.every((check, index) => check(position[index] ?? ''));
  if (!fits) return refuse('invalid', 'query.cursor is not one that this list gave out: leave it away to begin at the start', ['query.cursor is not one that this list gave out']);
  return ok({ position });
}

function parse(cursor: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part): part is string => typeof part === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface Page<T> {
  items: T[];
  /** Cursor of the next page; null after the last one. */
  next: string | null;
}

/** `rows` was asked for with one row more than a page has. */
export function pageOf<T>(rows: readonly T[], limit: number, position: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null };
}

export const cursorQuery = {
  cursor: { type: 'string', minLength: 1, maxLength: 500, description: 'From `next` of the page before' },
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Most items of a page' },
} as const;
