import { v7 } from 'uuid';

/** A UUIDv7 in lower case: ordered by time, which keeps index inserts at the right edge. */
export function newId(): string {
  return v7();
}
