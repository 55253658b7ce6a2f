import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * Makes an object print as "[redacted]" in logs, JSON and console, nested objects included, while its fields stay readable by name.
 * A copy by spread loses this; so does reading a field and printing that.
 */
export function conceal<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) conceal(member as object);
  }
  const print = { value: () => redacted, enumerable: false };
  return Object.defineProperties(value, { toJSON: print, toString: print, [inspect.custom]: print });
}
